"""Settings of the evaluation."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workflow_scripts.workflow.errors import UserError


class EvaluationConfig(BaseModel):
    """Settings.

    Attributes:
        seed: of controls and intervals.
        samples: motions of each control for each song: as many as a model dances.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    samples: int = Field(default=1, ge=1)

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Return the settings in JSON text.

        Raises:
            UserError: it is not what it should be.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise UserError(f"settings of the evaluation: {error}") from error
