"""The staff desk: server-rendered pages behind a login, mounted by the front door at /desk/. Works without JavaScript."""
