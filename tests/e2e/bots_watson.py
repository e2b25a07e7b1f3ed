"""Has IBM's own SDK begin a session and say these words in it, and says what it does not understand of the answers.

Arguments: the URL of the service, the assistant's instance, id and environment, the version of the API, the API key, the
id of the person, and the words of each turn.
"""

import sys

from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from ibm_watson import AssistantV2
from ibm_watson.assistant_v2 import SessionResponse, StatefulMessageResponse

url, instance, assistant, environment, version, key, person, *turns = sys.argv[1:]
service = AssistantV2(version=version, authenticator=IAMAuthenticator(key, url=url))
service.set_service_url(url + instance)


def understood(shape, answer):
    """The answer, once it has been through the SDK's own classes."""
    again = shape.from_dict(answer).to_dict()
    if again != answer:
        print("read as", again, "and not as", answer)


session = service.create_session(assistant, environment).get_result()
understood(SessionResponse, session)
for words in turns:
    spoken = {"message_type": "text", "text": words, "options": {"return_context": True}}
    answer = service.message(assistant, environment, session["session_id"], input=spoken, user_id=person).get_result()
    understood(StatefulMessageResponse, answer)
