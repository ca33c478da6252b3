"""The pages of the app: get the object through `visible_to`, bind a form, call one action, answer."""
