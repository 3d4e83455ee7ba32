"""What was typed and not taken in is kept, and offered once."""

from curator.desk.aside import FILE, Aside


def test_it_outlives_the_program(tmp_path):
    aside = Aside(tmp_path)
    assert (aside.text, aside.lines) == ("", 0)
    aside.text = "Foo – Bar\n\nBaz"
    aside.write()
    assert (Aside(tmp_path).text, Aside(tmp_path).lines) == ("Foo – Bar\n\nBaz", 2)
    aside.text = ""
    aside.write()
    assert not (tmp_path / FILE).exists()


def test_what_is_being_taken_in_is_kept_until_it_is_there_and_offered_no_more(tmp_path):
    aside = Aside(tmp_path)
    aside.text = "one"
    aside.take("one")
    assert aside.text == ""
    aside.text = "two"  # typed meanwhile
    aside.write()
    assert Aside(tmp_path).text == "one\ntwo"  # after a crash
    aside.taken("one")
    aside.write()
    assert (aside.text, Aside(tmp_path).text) == ("two", "two")


def test_what_cannot_be_read_is_none(tmp_path):
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    assert Aside(tmp_path).text == ""
