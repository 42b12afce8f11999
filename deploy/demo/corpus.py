"""The demo's text: Python source that every CPython 3.11 to 3.13 carries.

The lists are fixed by name, and no file is in two of them, so that held-out
figures are honest and the made models do not depend on what else happens to
be installed.
"""

from __future__ import annotations

import hashlib
import json
import sysconfig
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

VOCABULARY_SIZE = 512
END_OF_TEXT = "<|endoftext|>"
SPECIAL_TOKENS = (END_OF_TEXT, "<|im_start|>", "<|im_end|>")
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

# A file longer than this is cut: no single module may dominate the corpus.
MAX_FILE_BYTES = 120_000
# A JSONL document ends at the first line break past this many characters.
DOCUMENT_CHARACTERS = 4_000

TRAINING_FILES = (
    "_pydecimal", "_pyio", "argparse", "ast", "asyncio/base_events",
    "asyncio/selector_events", "asyncio/unix_events", "collections/__init__",
    "configparser", "dataclasses", "difflib", "doctest", "email/message",
    "enum", "http/client", "http/cookiejar", "http/server", "imaplib",
    "importlib/_bootstrap", "importlib/_bootstrap_external", "inspect",
    "ipaddress", "locale", "logging/__init__", "logging/handlers", "mailbox",
    "multiprocessing/managers", "pdb", "pickle", "smtplib", "ssl",
    "statistics", "subprocess", "tarfile", "typing", "unittest/case",
    "unittest/mock", "urllib/request", "xml/etree/ElementTree",
    "xmlrpc/client",
)  # fmt: skip
CALIBRATION_FILES = (
    "asyncio/tasks", "contextlib", "functools", "heapq",
    "multiprocessing/pool", "random", "socket", "tempfile", "textwrap",
)  # fmt: skip
HELDOUT_FILES = (
    "concurrent/futures/process", "json/encoder", "optparse", "queue",
    "shutil", "threading", "weakref",
)  # fmt: skip


def read_sources(names: tuple[str, ...]) -> list[str]:
    """Returns the text of each named module, in the order of `names`."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    texts = []
    for name in names:
        path = folder / f"{name}.py"
        try:
            data = path.read_bytes()[:MAX_FILE_BYTES]
        except FileNotFoundError:
            raise SystemExit(
                f"make_models: {path} is missing: the demo is trained on the "
                "standard library of CPython 3.11 to 3.13; run it with one."
            ) from None
        # A cut may fall inside a character.
        texts.append(data.decode("utf-8", errors="ignore"))
    return texts


def corpus_digest() -> str:
    """SHA-256 over every file read, so that another Python is noticed."""
    digest = hashlib.sha256()
    for names in (TRAINING_FILES, CALIBRATION_FILES, HELDOUT_FILES):
        for name, text in zip(names, read_sources(names), strict=True):
            digest.update(f"{name}:{len(text)}:{text}".encode())
    return digest.hexdigest()


def train_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """Trains a byte-level BPE: any text round-trips, no unknown token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END_OF_TEXT,
        pad_token=END_OF_TEXT,
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def encode(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> list[int]:
    """Concatenates the token ids of `texts`, each closed by end-of-text."""
    ids: list[int] = []
    for text in texts:
        ids.extend(tokenizer.encode(text, add_special_tokens=False))
        ids.append(tokenizer.eos_token_id)
    return ids


def documents_jsonl(texts: list[str]) -> str:
    """Cuts `texts` at line breaks into documents, one JSON object a line."""
    lines = []
    for text in texts:
        document = ""
        for line in text.splitlines(keepends=True):
            document += line
            if len(document) >= DOCUMENT_CHARACTERS:
                lines.append(json.dumps({"text": document}))
                document = ""
        if document.strip():
            lines.append(json.dumps({"text": document}))
    return "\n".join(lines) + "\n"
