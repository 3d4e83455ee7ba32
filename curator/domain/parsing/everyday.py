"""The words of everyday posts, which speak against a song. All casefolded.

The lists name what a word is, not what to do about it: the weights are in `evidence.py`.
"""

from curator.domain.parsing.vocabulary import words_of

OTHER_ARTS = words_of(
    """
    book books novel novels read reading reads film films movie movies cinema episode episodes
    season seasons series netflix bbc itv hbo show telly tv documentary play theatre theater poem
    poems painting paintings museum game games recipe recipes chapter podcast article essay headline
    headlines author director actor actress starring comic app story sitcom quiz crossword menu sign
    slogan caption email subject meeting report memo bookclub musical literature watched watching
    rewatch rewatching rewatched trailer sequel
    """
)
"""Words of what else has titles and makers."""

SPEECH = words_of(
    """
    said says say saying asked asks ask replied replies reply told tells shouted shouts shout
    whispered whispers muttered mutters yelled yells called calling calls named answered screaming
    shouting yelling singing chanting answers announced texted texts screamed screams laughed sighed
    goes went quoth thought think thinks word words phrase quote quotes quoted means meaning term
    spelled spelt so-called literally typed wrote writes explained added insisted reads heard
    """
)
"""Words beside a quotation that is somebody's speech, or a word spoken of."""

PROSE = words_of(
    """
    i i'm i've i'd i'll me my mine we we're we've our us you're he she they he's she's they're his
    her their was were been has had have having is are am isn't aren't wasn't don't doesn't didn't
    can't won't wouldn't couldn't shouldn't because when while just really very also get got getting
    going gonna went come came need needs want wants wish think thought know knew took take taking
    make made making today tomorrow yesterday tonight this that these those there here who why how
    what if then than too still already again please thanks thank sorry ok okay lol omg
    """
)
"""Words of sentences, which names seldom hold when written small."""

SPEAKERS = words_of(
    """
    me you him her them us everyone everybody nobody someone anyone people kid kids child children
    mum mom mam mummy mommy dad daddy papa mama gran granny grandma grandad grandpa nan nana sister
    brother sis bro wife husband hubby son daughter cousin aunt auntie uncle niece nephew partner
    boyfriend girlfriend bf gf friend friends mate flatmate roommate housemate neighbour neighbor
    boss manager colleague coworker teacher doctor dr nurse dentist vet driver customer waiter
    barista interviewer interviewee coach referee librarian plumber landlord hr cat dog brain body
    heart narrator also reporter recruiter toddler baby students student professor
    """
)
"""Who is quoted, or spoken to, in a line that is no song."""

ORDINARY = SPEAKERS | words_of(
    """
    re fwd attn monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur
    thurs fri sat sun january february march april may june july august september october november
    december jan feb mar apr jun jul aug sep sept oct nov dec day days week weeks month months year
    years morning afternoon evening night tonight today tomorrow yesterday noon midnight weekend
    spring summer autumn winter christmas easter halloween birthday new old first second third last
    next breakfast brunch lunch dinner supper tea coffee snack dessert starter starters main mains
    cake soup salad pizza pasta curry bread milk eggs butter cheese sugar flour rice chicken update
    updates reminder note notes ps pps edit nb fyi psa tip tips hint warning breaking news weather
    forecast traffic alert question answer q a fact facts rule step goal goals plan plans status
    result results score scores final ft ht kick-off total price cost cash sale offer deal open
    closed hours address phone tel email website where when who what why how time date place venue
    room gate platform train bus flight bin bins hotel job jobs work home house kitchen garden
    school gym office shop shops town city park beach mood mode level part chapter page no yes maybe
    hello hi hey bye thanks sorry ok verdict pros cons before after left right todo list shopping
    agenda meeting spoiler lesson moral conclusion summary translation source sources photo photos
    pic pics picture credit image caption congrats congratulations welcome happy good bad best worst
    pro con vs round match game set half quarter season series episode recipe ingredients weekdays
    weekends location dm link bio ready size colour color temperature wind rain snow sunny cloudy
    high low north south east west one two three four five six seven eight nine ten hour minute
    minutes miles km kg lbs steps
    """
)
"""Words that head everyday lines: who speaks, when, what is for lunch."""

MAKERS = words_of(
    """
    photo photos photograph picture pictures pic pics image images art artwork cover intro outro
    design designs words text story stories article post posted review written made directed
    produced shot filmed edited book novel painting drawing illustration illustrated recipe poem
    film movie play lunch dinner cake breakfast report day bit side one step stop stopped stand
    standing swing swung pop popped drop dropped passed pass go going went come came close near run
    driven inspired little sponsored presented hosted powered caused followed led owned loved signed
    founded created cooked baked brought sent taken given done set get got live lives living die
    goes won beaten hit lost surrounded approved supported provided paid drive drives walk walked
    sit sitting time train bus car abide abides lead joined prepared served distributed featured
    """
)
"""Before "by" these make it something else than a title and its artist."""

WHEN = words_of(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april june july
    august september october november december today tomorrow tonight noon midnight now then morning
    night lunch dinner bus train car bike email phone post hand accident chance default mistake
    request law name far itself myself himself herself themselves yourself christmas easter product
    """
)
"""After "by" these say when, where or how."""

CONTRACTED = words_of("it that there what let he she who here how where when everything one today")
"""With 's these are no possessives."""

PLAIN_REPLIES = words_of(
    """
    yes no yeah nope hello hi hey bye ok okay sorry thanks really what why how who when where fine
    help wow nice great good never maybe sure please stop go wait later soon now quick new free
    fresh open closed sale out
    """
)
"""Quoted alone, these are speech or signs."""

PRESS = words_of("news bbc cnn times guardian reuters daily telegraph herald gazette tribune")
"""Words of those who put their own name before a dash or behind it."""

COMMON = words_of(
    """
    birthday mate pal babe guys folks lads bro sis xx a able about above absolutely across actually
    add after afternoon again against ago ah all almost alone along already alright also although
    always am amazing among an and angry annoying another any anybody anymore anyone anything anyway
    apparently are area aren't around as ask asked asking at ate away awesome awful back bad barely
    basically be beautiful because become been before behind being believe below best better between
    big bit blessed bloody book both bought boy boys bring broke brother brought brown buddy build
    busy but buy by call called came can can't cancelled cant care case cause celebrating certainly
    change check checking cheers children city class clean clear clearly close closed cold come
    coming company completely confirmed congrats congratulations cool could couldn't count crazy
    current currently cut dad daily damn dark date daughter day days deal dear deep definitely did
    didn't different dinner dirty do does doesn't dog doing don't done dont door double down drink
    drinking drive driving dude due during each earlier early easy eat eating either else end ended
    enjoy enjoyed enjoying enough especially even evening event ever every everybody everyone
    everything exactly excellent excited expect extra eyes face fact fair family fan far fast
    favorite favourite feel feeling feels felt few final finally find fine finished first five
    follow following food for forget forgot found four free fresh friend friends from front full fun
    funny game gave get gets getting gift girl girls give given giving glad go goes going gone gonna
    good gorgeous got gotta great green guess guy had haha hair half hand happened happening happens
    happy hard has hasn't hate have haven't having he he's head hear heard heart hello help her here
    here's hey hi high him his hit hold holding holy home honest honestly hope hopefully hoping
    horrible hot hour hours house how how's however huge hungry i i'd i'll i'm i've idea if imagine
    important in inside instead interesting into is isn't it it's its job join just keep keeping
    kept kid kids kind kinda knew know knowing known knows lady large last late later latest learn
    learned learning least leave leaving left less let let's life light like liked likely line list
    listen listening little live living lmao lol long look looked looking looks lost lot lots love
    loved lovely loves loving low luckily lucky lunch made main make makes making man many matter
    may maybe me mean means meanwhile meet meeting men met might mind mine minute minutes miss
    missed missing mom moment money month months more morning most mother move moving much mum must
    my myself name near nearly need needed needs never new news next nice night no nobody none nope
    not note nothing now of off oh ok okay old on once one only oops open or order other others our
    ours out outside over own paid part party past pay people perfect perhaps person pick picture
    place plan play played playing please plus point poor possibly post posted pretty probably
    problem proud public put putting question quick quickly quite rain rather read reading ready
    real really reason red remember reminder report rest right road room run running sad sadly safe
    said same sat saw say saying says school second see seeing seem seems seen sense sent serious
    seriously set several shall she she's short should shouldn't show shown shows side sign simple
    simply since single sit sitting six sleep slow small smart so social some somebody someone
    something sometimes somewhere son soon sorry sort sounds special spent start started starting
    state stay staying step still stop stopped store story straight street strong stuff stupid such
    sunny super supper support sure surely surprise sweet take taken takes taking talk talking team
    tell ten terrible test than thank thankfully thanks that that's the their them then there
    there's therefore these they they're thing things think thinking third this those though thought
    three through time times tiny tired to today together told tomorrow tonight too took top total
    totally town trip true truly truth try trying turn turned turns two type ugh under unfortunately
    until up update upset upon us use used useful using usually very via video wait waiting walk
    walked walking want wanted wants warm was wasn't watch watched watching water way we we'll we're
    we've wear week weekend weeks weird welcome well went were weren't wet what what's whatever when
    whenever where whether which while white who who's whole whose why wife will winner wish with
    within without woke woman women won won't wonderful word words work worked working works world
    worse worst worth would wouldn't wow write writing wrong yay yeah year years yep yes yesterday
    yet you you'd you'll you're you've young your yours yourself strict modern typical classic
    standard official grab buying selling wearing cooking baking visiting arriving planning finding
    calling telling turning sending
    """
)
"""The words that English sentences are made of: a capital on these says little."""
