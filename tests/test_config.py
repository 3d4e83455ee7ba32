"""Settings: where they come from, which wins, and what is said of wrong ones."""

import os

import pytest

from curator.config import ConfigError, Settings, load_settings, save_setting


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    for name in [n for n in os.environ if n.startswith("CURATOR_")]:
        monkeypatch.delenv(name)


def test_a_flag_wins_over_the_environment_that_over_the_file(tmp_path, monkeypatch):
    (tmp_path / "config.toml").write_text('batch = 7\nahead = 3\nmodel = "own"\n', "utf-8")
    monkeypatch.setenv("CURATOR_BATCH", "8")
    monkeypatch.setenv("CURATOR_MODEL", "other")
    settings = load_settings(tmp_path, model="flag", device=None)
    assert (settings.batch, settings.ahead, settings.model) == (8, 3, "flag")
    assert settings.device is None


def test_nothing_set_gives_the_defaults_and_a_name(tmp_path):
    settings = load_settings(tmp_path / "none")
    assert settings == Settings(curator=settings.curator)
    assert settings.curator


def test_keys_come_from_the_file_or_as_json(tmp_path, monkeypatch):
    (tmp_path / "config.toml").write_text('[keys]\napprove = "A"\n', "utf-8")
    assert load_settings(tmp_path).keys == {"approve": "A"}
    monkeypatch.setenv("CURATOR_KEYS", '{"reject": "X"}')
    assert load_settings(tmp_path).keys == {"reject": "X"}


def test_other_variables_with_the_prefix_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("CURATOR_SHARED", "/somewhere")
    load_settings(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("batch = 0", "batch is a whole number from 1 to 64, not 0"),
        ("batch = 2.5", "batch is a whole number"),
        ("batch = true", "batch is a whole number"),
        ('temperature = "hot"', "temperature is a number from 0.05 to 2, not 'hot'"),
        ("temperature = nan", "temperature is a number"),
        ("model = 3", "model is a text"),
        ('model = " "', "model is a text"),
        ("keys = 3", "keys are pairs"),
        ("[keys]\napprove = 3", "keys are pairs"),
        ("btach = 3", "there is no setting 'btach'; there are curator, model"),
        ("batch = ", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, line, said):
    file = tmp_path / "config.toml"
    file.write_text(line, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_wrong_environment_and_a_file_of_other_bytes(tmp_path, monkeypatch):
    monkeypatch.setenv("CURATOR_BATCH", "many")
    with pytest.raises(ConfigError, match="the environment: batch is a whole number"):
        load_settings(tmp_path)
    (tmp_path / "config.toml").write_bytes(b"model = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_settings(tmp_path)


def test_saving_leaves_comments_and_the_rest(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('# mine\nbatch = 7  # seven\n\n[keys]\napprove = "A"\n', "utf-8")
    save_setting(tmp_path, "theme", "nord")
    save_setting(tmp_path, "batch", 9)
    text = file.read_text("utf-8")
    assert "# mine" in text
    assert "# seven" in text
    settings = load_settings(tmp_path)
    assert (settings.theme, settings.batch, settings.keys) == ("nord", 9, {"approve": "A"})


def test_saving_changes_what_a_link_points_to_and_keeps_its_mode(tmp_path):
    home, dotfiles = tmp_path / "home", tmp_path / "dotfiles"
    home.mkdir()
    dotfiles.mkdir()
    (dotfiles / "curator.toml").write_text("batch = 4\n", "utf-8")
    (dotfiles / "curator.toml").chmod(0o600)
    (home / "config.toml").symlink_to("../dotfiles/curator.toml")
    save_setting(home, "theme", "nord")
    assert (home / "config.toml").is_symlink()
    assert 'theme = "nord"' in (dotfiles / "curator.toml").read_text("utf-8")
    assert (dotfiles / "curator.toml").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in dotfiles.iterdir()] == ["curator.toml"]


@pytest.mark.parametrize(
    "address",
    [
        "https://api.x.com",
        "https://spiegel.example:8443/v2/",
        "http://127.0.0.1:8099",
        "http://localhost:8099/v1/",
        "http://[::1]:8099",
    ],
)
def test_services_may_be_elsewhere_or_on_this_machine(tmp_path, address):
    (tmp_path / "config.toml").write_text(f'[x]\nbase_url = "{address}"\n')
    assert load_settings(tmp_path).x_base_url == address


@pytest.mark.parametrize(
    "address",
    [
        "http://api.x.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com/",
        "https://",
        "//api.x.com",
        "file:///etc/passwd",
        "https://name:hunter2@api.x.com",
        "http://127.0.0.1:99999",
        "https://api.x.com/?next=elsewhere",
        "api.x.com",
    ],
)
def test_secrets_go_nowhere_else(tmp_path, monkeypatch, address):
    monkeypatch.setenv("CURATOR_X_BASE_URL", address)
    with pytest.raises(ConfigError, match="x_base_url") as caught:
        load_settings(tmp_path)
    assert "hunter2" not in str(caught.value)


def test_settings_of_x_are_read_from_their_table_and_the_environment(tmp_path, monkeypatch):
    (tmp_path / "config.toml").write_text(
        'x.stream = "both"\nx.poll_seconds = 30\nx_names = false\n[spotify]\n'
        'base_url = "http://127.0.0.1:1/v1/"\n'
    )
    monkeypatch.setenv("CURATOR_X_MONTHLY_DOLLARS", "2.5")
    settings = load_settings(tmp_path)
    assert (settings.x_stream, settings.x_poll_seconds, settings.x_names) == ("both", 30, False)
    assert settings.x_monthly_dollars == 2.5
    assert settings.spotify_base_url == "http://127.0.0.1:1/v1/"
    with pytest.raises(ConfigError, match="mentions, timeline, both"):
        load_settings(tmp_path, x_stream="everything")
    with pytest.raises(ConfigError, match="true or false"):
        load_settings(tmp_path, x_names="perhaps")


def test_sources_are_a_list_in_the_file_and_in_the_environment(tmp_path, monkeypatch):
    (tmp_path / "config.toml").write_text('sources = ["spotify"]\nmodel_sources = []\n')
    settings = load_settings(tmp_path)
    assert (settings.sources, settings.model_sources) == (("spotify",), ())
    monkeypatch.setenv("CURATOR_SOURCES", "musicbrainz, catalogue")
    assert load_settings(tmp_path).sources == ("musicbrainz", "catalogue")
    monkeypatch.setenv("CURATOR_SOURCES", "")
    assert load_settings(tmp_path).sources == ()


@pytest.mark.parametrize(
    "wrong", ['"lastfm"', "3", '["spotify", "spotify"]', "[1]", '[["spotify"]]']
)
def test_only_sources_that_there_are(tmp_path, wrong):
    (tmp_path / "config.toml").write_text(f"sources = {wrong}\n")
    with pytest.raises(ConfigError, match="sources is a list of catalogue, musicbrainz, spotify"):
        load_settings(tmp_path)


def test_spotify_does_not_reach_the_model_unless_somebody_says_so():
    assert "spotify" not in Settings().model_sources
