"""The sentence network: MiniLM-L6, fine-tuned on our messages, as a small quantised ONNX file with its own heads.

`finetune` trains it (PyTorch, by hand, rarely), `build` makes the file and checks it, `runtime` uses it.
"""
