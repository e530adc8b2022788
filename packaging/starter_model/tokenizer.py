"""The joint SentencePiece model, and a tokenizer every reader of M2M100 folders understands."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import sentencepiece
from common import ENGLISH, LANGUAGES, OTHERS, WorkDir
from data import pairs, read_messages
from transformers import M2M100Tokenizer

# With <pad> and the 100 language tokens of M2M100 the embedding has 8,192 rows.
VOCABULARY = 8091
# Chinese needs some 2,500 characters; the rarest stay unknown rather than crowd out the pieces.
CHARACTER_COVERAGE = 0.9999
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")


def _normalization_rules(path: Path) -> None:
    """Write SentencePiece rules for what differs only invisibly: spaces, width, composition.

    NFKC would also turn the Chinese comma and full stop into ASCII; these rules leave them alone.
    """
    rules: dict[str, str] = dict.fromkeys("\t\n\r\xa0\u2007\u2009\u202f\u3000", " ")
    rules |= dict.fromkeys("\xad\u200b\ufeff\u200e\u200f", "")
    for code in range(0xFF10, 0xFF5B):
        if chr(code).isalnum():
            rules[chr(code)] = chr(code - 0xFEE0)
    for code in range(0xC0, 0x250):
        decomposed = unicodedata.normalize("NFD", chr(code))
        if len(decomposed) > 1:
            rules[decomposed] = chr(code)
    with path.open("w", encoding="utf-8") as out:
        for source, target in sorted(rules.items()):
            columns = [" ".join(f"{ord(c):X}" for c in side) for side in (source, target)]
            out.write("\t".join(columns) + "\n")


def train(work: WorkDir) -> None:
    """Train the joint BPE on the training text of all five languages and save the tokenizer."""
    folder = work.tokenizer
    folder.mkdir(parents=True, exist_ok=True)
    messages = read_messages(work, "train")
    text = folder / "train.txt"
    with text.open("w", encoding="utf-8") as out:
        for language in LANGUAGES:
            for sentence in dict.fromkeys(m[language] for m in messages if language in m):
                out.write(sentence + "\n")
    rules = folder / "rules.tsv"
    _normalization_rules(rules)
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / "spm"),
        model_type="bpe",
        vocab_size=VOCABULARY,
        character_coverage=CHARACTER_COVERAGE,
        normalization_rule_tsv=str(rules),
        split_digits=True,
        max_sentence_length=8192,
        num_threads=2,
        minloglevel=1,
    )
    save(folder)
    for leftover in (text, rules, folder / "spm.model", folder / "spm.vocab"):
        leftover.unlink()


def save(folder: Path) -> None:
    """Turn `spm.model` in the folder into a complete M2M100 tokenizer.

    Two things must be done by hand. The language tokens have to be listed as special tokens, or
    decoding leaves `__fr__` in the text. CTranslate2 builds its vocabulary from that same list, so
    it must be there in full and in the order of the ids (see `language_tokens`).
    """
    spm = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spm.model"))
    pieces = [spm.id_to_piece(i) for i in range(spm.get_piece_size())]
    order = list(_SPECIAL) + [p for p in pieces if p not in _SPECIAL]
    vocabulary = {piece: index for index, piece in enumerate(order)}
    vocab_file = folder / "vocab.json"
    vocab_file.write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0), encoding="utf-8")
    tokenizer = M2M100Tokenizer(str(vocab_file), str(folder / "spm.model"), num_madeup_words=0)
    make_languages_special(tokenizer)
    tokenizer.save_pretrained(folder)


def language_tokens(tokenizer: M2M100Tokenizer) -> list[str]:
    """All language tokens of an M2M100 tokenizer, in the order of their ids."""
    return [token for _, token in sorted(tokenizer.id_to_lang_token.items())]


def make_languages_special(tokenizer: M2M100Tokenizer) -> None:
    """Register the language tokens as special; right for published m2m100 checkpoints as well."""
    tokenizer.add_special_tokens({"extra_special_tokens": language_tokens(tokenizer)})


def fertility(work: WorkDir) -> dict[str, float]:
    """Pieces a sentence on the hash dev set, a language."""
    tokenizer = M2M100Tokenizer.from_pretrained(work.tokenizer)
    messages = read_messages(work, "dev")
    result = {}
    for language in (ENGLISH, *OTHERS):
        texts = [a for a, _ in pairs(messages, language, language)]
        result[language] = sum(len(tokenizer.tokenize(t)) for t in texts) / len(texts)
    return result
