"""Settings, read in this one place: flags, then HEMACOHORT_* variables, then HOME/hemacohort.toml, then
defaults.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from flows.errors import UsageError


class Settings(BaseSettings):
    """Settings of a home."""

    model_config = SettingsConfigDict(env_prefix="HEMACOHORT_", extra="forbid", frozen=True)

    timezone: str = Field("UTC", description="local time of the laboratory; zoned times are brought to it")
    buckets: int | None = Field(
        None, ge=1, description="patient buckets; by default about 1.5 million rows each"
    )
    memory_limit: str = Field("2GB", description="memory DuckDB may use")
    keep_nights: int = Field(7, ge=1, description="published nights to keep")

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
        if not re.fullmatch(r"\d+(\.\d+)? ?([KMGT]i?B)", value.strip()) or not re.search("[1-9]", value):
            raise ValueError(f"{value[:20]!r} is not an amount of memory such as 2GB or 500MB")
        return value.strip()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)


def load(root: Path, **flags: Any) -> Settings:
    """Settings of the home at ``root``; flags that are None were not given.

    UsageError names what is wrong.
    """
    file = root / "hemacohort.toml"

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
            return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)

    try:
        found = _OfHome(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "settings"
        says = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"The setting {where} is wrong: {says[:1].lower()}{says[1:]}.") from None
    except ValueError as error:
        raise UsageError(f"{file.name} cannot be read: {error}.") from None
    return Settings.model_construct(**found.model_dump())
