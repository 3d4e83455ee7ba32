"""What people write straight before and straight after the song they mean. All casefolded."""

from curator.domain.parsing.vocabulary import words_of

LEADS = frozenset(
    tuple(lead.split())
    for lead in """
    now playing
    currently playing
    currently listening to
    now listening to
    listening to
    listen to
    i'm listening to
    im listening to
    song of the day
    song of the week
    song of the month
    track of the day
    track of the week
    tune of the day
    tune of the week
    video of the day
    sotd
    np
    nowplaying
    new music from
    new music by
    new music
    new song from
    new song by
    new song
    new single
    new track
    new video
    check out
    check this out
    this is
    have you heard
    have a listen to
    have a remix
    please play
    can you play
    can you do
    could you do
    please do
    new from
    new by
    watch
    hear
    stream
    could you play
    play me
    play
    request
    my request is
    how about
    what about
    thoughts on
    what do you think of
    write about
    write something about
    comment on
    tell me about
    give me
    just heard
    today's pick
    todays pick
    obsessed with
    in love with
    on repeat
    premiere
    exclusive
    the song
    the track
    the making of
    discover
    introducing
    meet
    the story behind
    the story of
    the meaning of
    song called
    track called
    the best covers of
    cover of
    covers of
    remix of
    """.strip().splitlines()
    if lead.split()
)
"""What people write straight before the song they mean."""

TITLE_OPENINGS = frozenset(
    tuple(opening.split())
    for opening in """
    this is
    give me
    what about
    the story of
    """.strip().splitlines()
)
"""Leads that titles begin with too: This Is America, Give Me One Reason."""

ASKED_FOR = words_of(
    """
    song songs music track tracks tune tunes artist artists band bands album albums anything
    something stuff more similar similarly style vibe vibes sound sounds rock rap pop metal edm jazz
    techno house punk folk singer singers hip hip-hop hop recommendation recommendations suggestions
    jam jams mix mixes beats beat eg playlist genre
    """
)
"""Before "like" and "similar to" these make the words a request for music."""

ENDINGS = frozenset(
    tuple(ending.split())
    for ending in """
    on repeat
    on loop
    next
    thanks
    thx
    out now
    out today
    out friday
    via
    from the
    from their
    from his
    from her
    from my
    is so
    is such
    is my
    is the
    is a
    is on
    is out
    is just
    is still
    is one
    is stuck
    is great
    is amazing
    is perfect
    is incredible
    is pure
    was the
    was my
    what a
    please
    pls
    i love
    i really
    i like
    and i
    has been
    has me
    gets me
    makes me
    rn
    right now
    never gets
    still slaps
    slaps
    official video
    official audio
    official music
    official lyric
    lyric video
    lyrics video
    (c)
    """.strip().splitlines()
)
"""What people write straight after the song they mean."""
