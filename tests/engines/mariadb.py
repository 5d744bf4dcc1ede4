"""MariaDB: compiled only."""

from __future__ import annotations

from tests.engines._compiled import Compiled
from tests.engines.mysql import MySQL


class MariaDB(Compiled):
    name = backend = "mariadb"
    parser = "mysql"
    extra = "mysql"
    url = "mariadb+pymysql://user:password@host/shop"
    text_zone = None
    fragments = MySQL.fragments


ENGINE = MariaDB()
