"""What each command does once its arguments are read: call app, print, return an exit code."""
