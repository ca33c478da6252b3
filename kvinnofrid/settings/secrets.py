"""Secrets that a machine of one's own makes up once and keeps where only the owner can read them."""

import os
import secrets
from pathlib import Path


def lasting_secret(path: Path, made: str) -> str:
    """The secret kept in this file; `made` is written there when there is none yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text(encoding="utf-8").strip()
        if kept:
            return kept
        path.unlink()  # an earlier run was stopped between making and writing
        return lasting_secret(path, made)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(made + "\n")
    return made


def new_key() -> str:
    """A key for signing, longer than any of Django's checks asks for."""
    return secrets.token_urlsafe(64)


def new_password() -> str:
    """A password that can be read aloud: no signs that look alike."""
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _ in range(4)) for _ in range(4))
