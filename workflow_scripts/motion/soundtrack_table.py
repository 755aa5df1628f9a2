"""The table of what a model makes sound for (results/soundtracks/<model>/items.tsv), a row per sound.

set, item    name the dance: <collection> and <video>.<clip>, or songs and <song>.<model that danced>
sample       number of the variant; of a generated dance its own
wav          the sound that is made
poses, clip  where the dance is
sound        the WAV that was danced to; it may be missing
split        of a clip in the model's dataset, else empty
song         the same for all items with the same music
"""

COLUMNS = ("set", "item", "sample", "wav", "poses", "clip", "sound", "split", "song")
