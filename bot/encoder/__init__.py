"""The sentence encoder: MiniLM-L6 as a small quantised ONNX file. `build` makes the file once, `runtime` uses it."""
