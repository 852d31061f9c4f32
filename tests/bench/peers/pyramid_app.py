"""The tutorial's counter on Pyramid and waitress, as its quick tutorial sets them up."""

import logging
import sys

from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory
from waitress import serve

PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    "<title>Quick Tutorial: Home View</title></head>"
    "<body><h1>Hi Home View</h1><p>Count: %d</p></body></html>"
)


def home(request):
    session = request.session
    session["counter"] = session.get("counter", 0) + 1
    return Response(PAGE % session["counter"])


# Writing a line whenever a request has to wait would only cost it speed.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)

factory = SignedCookieSessionFactory("a-secret-of-exactly-32-characters", httponly=True)
with Configurator(session_factory=factory) as config:
    config.add_route("home", "/")
    config.add_view(home, route_name="home")
    app = config.make_wsgi_app()

serve(app, host="127.0.0.1", port=int(sys.argv[1]), ident=None)
