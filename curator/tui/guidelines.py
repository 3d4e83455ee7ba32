"""How judging is meant: what each decision says, and what the machine learns from it."""

GUIDELINES = """\
# How judging is meant
Every key here becomes a label, and the labels are what a better generator is made from. Judge
what is on the page, not what you know of the song.

# Approve
You would post it under your own name, as it reads now. It settles the request; the samples
beside it stay unjudged, they are **not** rejected. Approve one, or edit one until you can.

# Reject
You would not post it and no small edit would save it. Rejecting says something about this text
alone. If all are poor, reject them and have more written.

# Stars
How good it is, apart from whether you would post it.
- **5** made me want to hear the song
- **4** a good line, gladly posted
- **3** fine, forgettable
- **2** something is off
- **1** wrong, empty or embarrassing

Stars are read relative to your own average: be generous or strict, but stay the same.

# Best and worst
Only among the samples of one request. One key, and the machine learns from every pair.

# Edit
Change as little as makes it right. Original and edit are both kept: the difference teaches more
than a star. Editing back to the text as written is no edit.

# Put off
You can't tell now: it comes back after the others. It says nothing about the texts.

# What to watch for
- Facts about a person's life, dates, charts: the machine can't know them. Reject, or edit them
  out.
- **reads like**: nearly the same as a sibling or as an earlier post. Followers notice.
- **may offend**: a word of the list. It may be fine here; you decide before it is posted.
- **would become a link**: a name such as will.i.am is made a link and counts 23 characters.
"""
"""Markdown: headings, paragraphs, lists, bold words."""
