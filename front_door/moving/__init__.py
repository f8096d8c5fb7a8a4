"""Moving one conversation between the web page and text messages, with a one-time code that says nothing about anybody."""
