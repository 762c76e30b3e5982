"""The baseline for accepting: Flask that does nothing."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def ok() -> str:
    return "ok"
