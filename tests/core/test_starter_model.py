"""The bundled starter model loads with plain transformers and CTranslate2, and knows its job."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest

STARTER = Path(str(resources.files("resources"))) / "models" / "starter"
LANGUAGES = ["en", "de", "fr", "es", "zh"]
MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from transformers import M2M100Tokenizer

    return M2M100Tokenizer.from_pretrained(STARTER)


@pytest.fixture(scope="module")
def model() -> Any:
    from transformers import M2M100ForConditionalGeneration

    return M2M100ForConditionalGeneration.from_pretrained(STARTER).float().eval()


def test_it_is_small_enough_to_come_with_the_program() -> None:
    assert sum(f.stat().st_size for f in STARTER.iterdir()) <= 40 * MEBIBYTE


def test_the_weights_are_half_precision() -> None:
    from safetensors import safe_open

    with safe_open(STARTER / "model.safetensors", "pt") as weights:
        assert {weights.get_slice(name).get_dtype() for name in weights.keys()} == {"F16"}  # noqa: SIM118


def test_every_piece_and_language_has_its_row(tokenizer: Any, model: Any) -> None:
    rows = model.get_input_embeddings().weight.shape[0]
    assert len(tokenizer) == rows == model.config.vocab_size
    assert model.config.languages == LANGUAGES
    assert sorted(tokenizer.get_vocab().values()) == list(range(rows))


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_tokens_never_reach_the_text(tokenizer: Any, language: str) -> None:
    texts = {
        "en": "Click the chart, then choose Format - Title.",
        "de": "Möchten Sie die Änderungen übernehmen?",
        "fr": "L'élève a été sélectionné.",
        "es": "¿Desea guardar los cambios?",
        "zh": "选择要打开的文件，然后单击“确定”。",
    }
    tokenizer.src_lang = language
    ids = tokenizer(texts[language]).input_ids
    assert ids[0] == tokenizer.get_lang_id(language)
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.decode(ids, skip_special_tokens=True) == texts[language]


def test_invisible_differences_do_not_count(tokenizer: Any) -> None:
    plain = tokenizer("Möchten Sie 12 Dateien?").input_ids
    assert tokenizer("Mo\u0308chten\u00a0Sie １２ Datei\u00aden?").input_ids == plain


def test_it_translates_software_text(tokenizer: Any, model: Any) -> None:
    import torch

    tokenizer.src_lang = "en"
    batch = tokenizer(["Select the file."], return_tensors="pt")
    with torch.inference_mode():
        output = model.generate(**batch, forced_bos_token_id=tokenizer.get_lang_id("de"))
    assert "Datei" in tokenizer.decode(output[0], skip_special_tokens=True)


def test_ctranslate2_translates_the_same(tokenizer: Any, model: Any, tmp_path: Path) -> None:
    ctranslate2 = pytest.importorskip("ctranslate2")
    import torch

    converted = str(tmp_path / "model")
    ctranslate2.converters.TransformersConverter(str(STARTER)).convert(converted)
    tokenizer.src_lang = "de"
    ids = tokenizer("Wählen Sie die Datei aus.").input_ids
    result = ctranslate2.Translator(
        str(tmp_path / "model"), compute_type="float32"
    ).translate_batch(
        [tokenizer.convert_ids_to_tokens(ids)], target_prefix=[["__en__"]], beam_size=1
    )
    fast = tokenizer.convert_tokens_to_ids(result[0].hypotheses[0])
    with torch.inference_mode():
        slow = model.generate(
            torch.tensor([ids]), forced_bos_token_id=tokenizer.get_lang_id("en"), num_beams=1
        )
    translations = [tokenizer.decode(x, skip_special_tokens=True) for x in (fast, slow[0])]
    assert translations[0] == translations[1] != ""


def test_the_card_says_what_it_was_made_of_and_what_it_cannot_do() -> None:
    card = (STARTER / "README.md").read_text(encoding="utf-8")
    for part in ("MPL", "GPL", "Zero-shot", "cannot", "nrefs:1", "tok:zh"):
        assert part.casefold() in card.casefold(), part
    for source in LANGUAGES:
        for target in LANGUAGES:
            assert source == target or f"{source}→{target}" in card
