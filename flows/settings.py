"""Settings, read in this one place: flags, then HEMACOHORT_* variables, then HOME/hemacohort.toml, then defaults."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from flows.errors import UsageError
from flows.home import RUN_FILE
from schemas.switches import SWITCHES, Switches, option

# What Pydantic says of a wrong value, in words for whoever writes it. {…} is its own context.
_WORDS = {
    "extra_forbidden": "there is none of this name",
    "int_type": "it is a whole number",
    "int_parsing": "it is a whole number",
    "int_from_float": "it is a whole number",
    "bool_type": "it is true or false",
    "bool_parsing": "it is true or false",
    "string_type": "it is a text, between quotes",
    "tuple_type": 'it is a list such as ["a", "b"]',
    "path_type": "it is the name of a file, between quotes",
    "greater_than_equal": "it is at least {ge}",
    "less_than_equal": "it is at most {le}",
}
ALERTS = ("alert_email", "alert_webhook", "alert_blocks")
_PREFIX = "HEMACOHORT_"
_NO_SETTING = {"home"}  # an option of the command line that a variable may give
_LEAST_MEMORY = 50_000_000  # bytes; with less DuckDB cannot hold the smallest night


def _switch(name: str) -> Any:
    return Field(SWITCHES[name].default, description=SWITCHES[name].title)


class Settings(BaseSettings):
    """Settings of a home: how it runs, and the choices of ``schemas.switches``."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True)

    timezone: str = Field("UTC", description="local time of the laboratory; zoned times are brought to it")
    buckets: int | None = Field(
        None, ge=1, description="patient buckets; by default about a million rows each"
    )
    workers: int = Field(2, ge=1, le=16, description="patient buckets judged at the same time")
    memory_limit: str = Field("2GB", description="memory DuckDB may use; at least 50MB")
    code_map: Path | None = Field(
        None, description="the site's code map, relative to the home; by default code_map.csv, if it is there"
    )
    unit_inference: bool = Field(
        True, description="whether the unit of a result without one may be inferred from values"
    )
    keep_nights: int = Field(7, ge=1, description="published nights to keep")
    whole_files: int = Field(
        5_000_000,
        ge=0,
        description="rows up to which an incremental night writes findings, why, flags and quarantine as whole files",
    )
    alert_email: SecretStr | None = Field(
        None, description="where alerts are mailed, as mailto(s)://USER:PASSWORD@HOST:PORT?from=…&to=…"
    )
    alert_webhook: SecretStr | None = Field(
        None, description="http(s) address that takes alerts as JSON: subject, body, text"
    )
    alert_blocks: tuple[str, ...] = Field(
        (), description="notification blocks stored in Prefect, as TYPE/NAME, that take alerts"
    )
    ferritin_prob: str = _switch("ferritin_prob")
    infl_ferritin: str = _switch("infl_ferritin")
    hf_definition: str = _switch("hf_definition")
    ckd_rule: str = _switch("ckd_rule")
    ri_table: str = _switch("ri_table")
    ri_cut: str = _switch("ri_cut")
    aa_retic: str = _switch("aa_retic")
    tibc_factor: str = _switch("tibc_factor")
    hb_edition: str = _switch("hb_edition")
    analysts_group: str | None = Field(
        None, description="group of the system that may read published nights; default: their owner only"
    )
    free_disk: str = Field(
        "auto", description="disk that must be free before a night: an amount such as 20GB, 0, or auto"
    )
    openlineage_file: Path | None = Field(
        None, description="file that takes OpenLineage events, a line each; relative to the home"
    )

    @field_validator(*SWITCHES, mode="before")
    @classmethod
    def _known_option(cls, value: object, info: ValidationInfo) -> str:
        return option(str(info.field_name), value)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"unknown time zone {value!r}") from None
        return value

    @field_validator("memory_limit")
    @classmethod
    def _amount_of_memory(cls, value: str) -> str:
        amount = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT])(i?)B", value.strip())
        if amount is None:
            raise ValueError(f"{value[:20]!r} is not an amount of memory such as 2GB or 500MB")
        number, power, binary = amount.groups()
        if float(number) * (1024 if binary else 1000) ** (" KMGT".index(power)) < _LEAST_MEMORY:
            raise ValueError(f"{value[:20]!r} does not suffice for any night; it is at least 50MB")
        return value.strip()

    @field_validator("free_disk")
    @classmethod
    def _amount_of_disk(cls, value: str) -> str:
        if value != "auto" and not re.fullmatch(r"\d+(\.\d+)? ?([KMGT]?B)?", value.strip(), re.IGNORECASE):
            raise ValueError(f"{value[:20]!r} is not an amount of disk such as 20GB, and not auto")
        return value.strip()

    @field_validator("alert_email", "alert_webhook")
    @classmethod
    def _known_scheme(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        scheme = "mailto" if info.field_name == "alert_email" else "http"
        if value is not None and not re.match(rf"{scheme}s?://[^/]", value.get_secret_value()):
            raise ValueError(f"it begins with {scheme}:// or {scheme}s://")
        return value

    @property
    def switches(self) -> Switches:
        """The choices between sources that disagree."""
        return Switches(**{name: getattr(self, name) for name in SWITCHES})

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)


def load(root: Path | None, *, switches: Mapping[str, str] | None = None, **flags: Any) -> Settings:
    """Settings of the home at ``root`` (None: no home, no file); flags that are None were not given.
    switches: flags of ``schemas.switches``.

    UsageError names what is wrong.
    """
    given = {**flags, **(switches or {})}
    return _read(root, {name: value for name, value in given.items() if value is not None}, None)


def alert_channels(root: Path) -> Settings:
    """Settings of the home or, where one of them is wrong, those of ALERTS that are not, and defaults for the rest.

    A night that fails for a wrong setting has to reach somebody all the same.
    """
    try:
        return load(root)
    except UsageError:
        found = {}
    for name in ALERTS:
        for place in (root, None):  # without the file, where nothing of it can be read
            try:
                found[name] = getattr(_read(place, {}, name), name)
                break
            except UsageError:
                continue
    return Settings.model_construct(**found)


def _read(root: Path | None, given: Mapping[str, Any], only: str | None) -> Settings:
    """The settings of a home. given: those of the command line. only: the one that is looked at; the rest are defaults."""
    file = None if root is None else root / "hemacohort.toml"
    if file is not None and file.exists() and not os.access(file, os.R_OK):
        file = None  # the owner's, which may hold passwords; an analyst asks a night with the defaults

    class _OfHome(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            sources = (init_settings, env_settings, InitSettingsSource(settings_cls, _lines_of(file)))
            return sources if only is None else tuple(_One(settings_cls, source, only) for source in sources)

    if only is None:
        _check_variables()
    try:
        found = _OfHome(**given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "settings"
        says = first["msg"].removeprefix("Value error, ")
        if first["type"] in _WORDS:
            says = _WORDS[first["type"]].format_map(first.get("ctx", {}))
        raise UsageError(f"The setting {where} is wrong: {says[:1].lower()}{says[1:]}.") from None
    except SettingsError as error:  # a variable; its text is no longer known here, and may be a password
        raise UsageError(
            f'A HEMACOHORT_* variable cannot be read: {error}. A list is written as ["a", "b"].'
        ) from None
    except UnicodeDecodeError:
        raise UsageError("hemacohort.toml cannot be read: it is not UTF-8 text.") from None
    except ValueError as error:
        raise UsageError(f"hemacohort.toml cannot be read: {error}.") from None
    return Settings.model_construct(**found.model_dump())


def _check_variables() -> None:
    """UsageError for a HEMACOHORT_* variable that is no setting, as for such a line of the file: a name mistyped."""
    for name in sorted(os.environ):
        setting = name.lower().removeprefix(_PREFIX.lower())
        if setting != name.lower() and setting not in {*Settings.model_fields, *_NO_SETTING}:
            raise UsageError(f"The variable {name[:60]} is wrong: there is no setting of this name.")


def _lines_of(file: Path | None) -> dict[str, Any]:
    """What the home's file says; an editor of Windows may have put a byte-order mark before it."""
    return tomllib.loads(file.read_text(encoding="utf-8-sig")) if file is not None and file.is_file() else {}


class _One(PydanticBaseSettingsSource):
    """One setting of a source."""

    def __init__(
        self, settings_cls: type[BaseSettings], source: PydanticBaseSettingsSource, name: str
    ) -> None:
        super().__init__(settings_cls)
        self._source, self._name = source, name

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """As the source has it; never called, because the source is called as a whole."""
        return self._source.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in self._source().items() if name == self._name}


def switches_of(night: Path) -> Switches:
    """The choices that a published night was judged with; the defaults where it is older than the choices."""
    try:
        used = json.loads((night / RUN_FILE).read_text(encoding="utf-8"))["settings"]
    except (OSError, KeyError):
        return Switches()
    return Switches(**{name: used[name] for name in SWITCHES if name in used})
