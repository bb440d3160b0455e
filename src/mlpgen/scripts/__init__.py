"""Training, prediction and notebook: what their templates show."""
