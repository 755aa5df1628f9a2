"""Settings of the evaluation, as rules hand them to its entry points."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workflow_scripts.workflow.errors import UserError


class Settings(BaseModel):
    """What all of them have: the seed of controls and intervals. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0

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


class EvaluationConfig(Settings):
    """Settings of models and controls.

    Attributes:
        samples: motions of each control for each song: as many as a model dances.
    """

    samples: int = Field(default=1, ge=1)
