"""playlist2dance: from a playlist of dance videos to dances for any song."""
