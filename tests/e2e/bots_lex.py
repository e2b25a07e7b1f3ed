"""Says what is wrong with requests to Amazon Lex V2 and with its answers, by botocore's signer and its model.

The file that it is given holds `keys`, and `turns`, each with the `request`, the `answer` and the session `token` that
the request should have.
"""

import datetime
import json
import re
import sys
from unittest import mock

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import Credentials
from botocore.validate import ParamValidator

REGION = "us-east-1"
HOST = f"runtime-v2-lex.{REGION}.amazonaws.com"


class Raw:
    """As much of a connection as botocore reads an answer from."""

    def __init__(self, body):
        self.body = body

    def stream(self, *_, **__):
        yield self.body


def signed(request, headers, credentials):
    """The Authorization that botocore gives this request, at the request's own time."""
    moment = datetime.datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
    again = AWSRequest(
        request["method"],
        f"https://{HOST}{request['target']}",
        {"Content-Type": headers["content-type"]},
        request["body"].encode(),
    )
    with mock.patch("botocore.auth.get_current_datetime", lambda: moment):
        SigV4Auth(credentials, "lex", REGION).add_auth(again)
    return again.headers["Authorization"]


def parameters(operation, request):
    """The parameters of a request: of its path by the operation's template, and of its body."""
    template = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/?]+)", operation.http["requestUri"])
    found = re.fullmatch(template, request["target"])
    if found is None:
        raise SystemExit(f"the path is none of RecognizeText: {request['target']}")
    return {**found.groupdict(), **json.loads(request["body"])}


def misfits(shape, given):
    """What botocore leaves to the service: patterns and lengths."""
    for name, value in given.items():
        rules = shape.members[name].metadata
        if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
            yield f"{name} does not fit {rules['pattern']}: {value!r}"
        if not rules.get("min", 0) <= len(value) <= rules.get("max", sys.maxsize):
            yield f"{name} has {len(value)} characters, and {rules} is said of it"


def filled(value):
    """A value without the slots that are `null`: Lex has them while they are not filled, and its model does not say so."""
    if isinstance(value, dict):
        return {name: filled(member) for name, member in value.items() if member is not None}
    return [filled(element) for element in value] if isinstance(value, list) else value


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        case = json.load(file)
    session = botocore.session.Session()
    operation = session.get_service_model("lexv2-runtime").operation_model("RecognizeText")
    for turn in case["turns"]:
        request, keys = turn["request"], [*case["keys"], turn["token"]]
        headers = {name.lower(): value for name, value in request["headers"]}
        if headers["host"] != HOST or headers.get("x-amz-security-token") != turn["token"]:
            print("another host, or another token:", headers)
        expected = signed(request, headers, Credentials(*keys))
        if headers["authorization"] != expected:
            print("signed as", headers["authorization"], "and not as", expected)

        given = parameters(operation, request)
        validated = ParamValidator().validate(given, operation.input_shape)
        if validated.has_errors():
            print(validated.generate_report())
            continue
        for misfit in misfits(operation.input_shape, given):
            print(misfit)

        sent = []

        def answer(request, **_):
            sent.append(request)
            return AWSResponse(request.url, 200, {}, Raw(json.dumps(turn["answer"]).encode()))

        client = session.create_client(
            "lexv2-runtime",
            region_name=REGION,
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
            aws_session_token=keys[2],
        )
        client.meta.events.register("before-send.lex-runtime-v2.RecognizeText", answer)
        read = client.recognize_text(**given)
        read.pop("ResponseMetadata")
        if read != turn["answer"]:
            print("the answer is read as", read)
        validated = ParamValidator().validate(filled(read), operation.output_shape)
        if validated.has_errors():
            print(validated.generate_report())
        [theirs] = sent
        ours = (request["method"], f"https://{HOST}{request['target']}", headers["content-type"], json.loads(request["body"]))
        theirs = (theirs.method, theirs.url, theirs.headers["Content-Type"].decode(), json.loads(theirs.body))
        if ours != theirs:
            print("sent as", ours, "and not as", theirs)


main()
