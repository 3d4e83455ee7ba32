"""The words of people who write about songs. All casefolded.

The lists name what a word is, not what to do about it: the weights are in `evidence.py`.
"""


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


MUSIC = words_of(
    """
    alt alternative song songs track tracks single singles ep lp remix remixes remixed rmx bootleg
    mixtape mashup premiere premieres premiering premiered stream streaming streams mp3 playlist
    playlists nowplaying np newmusic nowlistening listening spotify soundcloud bandcamp youtube
    tidal deezer applemusic itunes vinyl music musica musique tune tunes tuneage banger bangers bop
    bops anthem ballad duet lyric lyrics lyricvideo soundtrack ost b-side singer singers songwriter
    singer-songwriter songwriters rapper rappers band bands duo producer producers dj djs vocalist
    vocals vocal musician musicians guitarist drummer bassist pop indie indie-pop synth-pop synthpop
    electropop electro-pop alt-pop dream-pop dreampop bedroom art-pop post-pop future-pop hyperpop
    k-pop j-pop britpop rock indie-rock post-rock post-punk punk dance-punk pop-punk metal hardcore
    emo shoegaze grunge psych psychedelic psychedelia folk folk-pop alt-folk americana bluegrass
    hip-hop hiphop rap trap grime r&b rnb soul neo-soul funk disco nu-disco house techno trance edm
    dubstep electronica electronic electro synth synths synthwave ambient idm lo-fi lofi jazz blues
    reggae ska dancehall afrobeat acoustic instrumental feat ft featuring chorus chillwave downtempo
    soundscape singolo canzone chanson morceau titre cancion canción sencillo lied
    """
)
"""Words of music."""

MAYBE_MUSIC = words_of(
    """
    listen hear stream watch video play played playing plays debut album albums record records
    release releases released releasing label cover covers covering tour live gig version session
    sessions review exclusive blog blogs jam jams jamming sound sounds sings sing singing sang act
    artist artists group groove grooves grooving production produced vibe vibes repeat obsessed
    dance latest upcoming debuts self-titled title-track hit hits genre beat beats riff outfit trio
    quartet newcomer melodic melancholic catchy infectious visuals visual clip listened unveil
    unveils unveiled shares discover rework reworks nostalgic ode mix radio fm ascolta
    """
)
"""Words that are of music more often than not, in the neighbourhood of a name."""

LABEL = words_of(
    """
    premiere premieres exclusive listen listening stream streaming watch video mp3 song songs track
    tracks single singles music musica tune tunes pick picks selection week weekly day daily month
    weekend morning tonight today new newest fresh hot latest just now playing nowplaying np
    currently discover discovery discovered introducing presenting review reviewed debut release
    released releases out first look play feature featured spotlight session sessions live jour
    morceau titre nouveau nouvelle nuevo nueva neu neue ascolta escucha artist band ep lp album blog
    lyric lyrics audio official clip repeat loop cover covers remix remixes alert of the this for on
    a our your my in to is it what's whats and from follow-up post diggin digging friday monday
    tuesday wednesday thursday saturday sunday january february march april may june july august
    september october november december
    """
)
"""Words that headings over a song are made of: New Music, Song of the Day, Premiere."""

LABEL_HEADS = words_of(
    """
    premiere premieres listen listening stream streaming watch video mp3 song songs track tracks
    single singles music musica tune tunes playing nowplaying np morceau titre ascolta escucha
    release released lyric lyrics audio cover remix remixes exclusive introducing diggin digging
    repeat review discover pick picks
    """
)
"""At least one of these makes a heading speak of music."""

PLAYERS = words_of(
    """
    spotify soundcloud youtube youtubemusic bandcamp tidal deezer itunes apple applemusic amazon
    amazonmusic pandora audiomack mixcloud
    """
)
"""After "on" these say where a song is played."""

PLACES = words_of(
    """
    africa america argentina australia austria belgium brazil britain canada chile china colombia
    cuba denmark england estonia europe finland france germany ghana greece hungary iceland india
    indonesia iran ireland israel italy jamaica japan kenya korea latvia lebanon lithuania mali
    mexico morocco netherlands nigeria norway pakistan peru philippines poland portugal romania
    russia scotland senegal serbia singapore spain sweden switzerland taiwan thailand turkey uk
    ukraine us usa u.k u.s wales zealand amsterdam antwerp asheville athens atlanta auckland austin
    baltimore barcelona belfast bergen berlin birmingham bogotá boston brighton brisbane bristol
    bronx brooklyn brussels budapest california cardiff chicago cleveland cologne compton copenhagen
    dallas denver detroit dublin edinburgh glasgow gothenburg hackney halifax hamburg harlem
    helsinki houston istanbul johannesburg kingston kyiv lagos leeds leicester lisbon liverpool la
    london madrid malmö manchester manhattan melbourne memphis miami milan minneapolis montreal
    montréal moscow munich nashville newcastle nottingham nyc oakland oslo ottawa paris perth
    philadelphia philly pittsburgh portland prague queens reykjavik reykjavík rome rotterdam seattle
    seoul sheffield stockholm sydney tokyo toronto vancouver vienna warsaw
    """
)
"""Countries, and the cities and boroughs of music, which have artists: Sweden's X."""

FEATURING = words_of("feat ft feat. ft. featuring")

VERSION = words_of(
    """
    remix rmx mix edit rework reworked cover version bootleg vip flip dub remaster remastered
    acoustic live instrumental demo refix reprise unplugged rendition mashup extended radio session
    stripped orchestral remake re-edit interlude
    """
)
"""In a bracket these say which recording is meant, which belongs to the title."""

NOISE = words_of(
    """
    premiere exclusive official video audio lyric lyrics visualizer visualiser hd hq 4k explicit
    clean single album ep lp release records recordings label music blog prod prod. produced stream
    streaming listen watch free download dl out review feature mp3 interview clip mv full new
    directed dir premieres debut recommendation request soundcloud spotify youtube
    """
)
"""In a bracket these are the poster's words, not the title's."""

SMALL = words_of(
    """
    en et au aux dans sur por para con mi tu te que ein il per a an the and of in on at to for from
    with by or as is it its my your me you we us be vs vs. x feat de la le les el los las du des da
    do di der die das den und och y e n 'n n' 'n' o no not so if but up out into over than that this
    i'm are am was all off ain't don't can't won't i'll it's
    """
)
"""Words that a title may write small between capitals."""

NAME_SMALL = words_of(
    """
    en et au aux dans sur por para con mi tu te que ein il per of the and in to for with on at x vs
    vs. de la le les el los du des da do di der die und och y e n 'n n' 'n' van von a del dos
    """
)
"""Words that a name may write small between capitals."""

HEADLINE_VERBS = words_of(
    """
    share shares shared unveil unveils unveiled drop drops dropped release releases released reveal
    reveals revealed premiere premieres debut debuts debuted announce announces announced deliver
    delivers delivered craft crafts crafted present presents presented tease teases teased sing
    sings recall recalls return returns stream streams serve serves tap taps enlist enlists channel
    channels explore explores reflect reflects ponder ponders detail details bring brings deal deals
    play plays perform performs cover covers remix remixes rework reworks team teams connect
    connects wander wanders lead leads shine shines soar soars dazzle dazzles stun stuns impress
    impresses usher ushers find finds go goes grow grows get gets give gives take takes make makes
    turn turns keep keeps offer offers showcase showcases show shows open opens close closes look
    looks dig digs dive dives capture captures confront confronts address addresses talk talks tell
    tells test tests blend blends mix mixes fuse fuses evoke evokes embrace embraces celebrate
    celebrates mourn mourns fight fights chase chases break breaks light lights hit hits strike
    strikes kick kicks set sets put puts launch launches roll rolls ride rides warn warns ask asks
    wonder wonders dream dreams dance dances cry cries whisper whispers scream screams croon croons
    rock rocks rap raps preview previews follow follows join joins recruit recruits collaborate
    collaborates unleash unleashes conjure conjures spin spins weave weaves pen pens paint paints
    hop hops step steps slow slows heat heats swing swings sparkle sparkles glide glides float
    floats drift drifts blur blurs blaze blazes burn burns flip flips has have is are comes come
    continues continue begins begin evolves evolve emerges emerge releasing sharing announcing
    dropping premiering debuting teasing unveiling presenting
    """
)
"""What the subject of a headline does, before the song is named."""

SITES = words_of("blog magazine zine radio fm")
"""Words that make a label the name of where it was written."""

ROLES = words_of(
    """
    singer songwriter singer-songwriter singer/songwriter band duo trio quartet quintet group act
    outfit rapper producer dj artist musician vocalist talent newcomer newcomers collective
    songstress crooner legend legends icon star upstart upstarts rockers multi-instrumentalist
    composer project beatmaker guitarist brothers sisters
    """
)
"""What a name is introduced with: indie rock band X, pop singer Y."""

TITLE_WORDS = words_of(
    """
    i you me my we us your it it's i'm don't can't you're i'll i've we're ain't won't let's that
    what why how where when if so is are be do was will not never no up down out on in to for with
    about like love baby tonight go come get make take tell feel want need know give say live here
    there this just all one time night gonna wanna got stay again away forever over only
    """
)
"""Words that are common in titles and rare in names: about 1 artist in 60 has one, 1 title in 3."""
