"""Amazon's own Python client against the stand-in for Polly that the provider's tests use, and the gateway against moto,
which others made to stand in for Amazon's services.

Run with: tools/test.sh sdk-python
"""

import json
import unittest
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer
from support.gateway import Gateway
from support.stub import Stub

ACCESS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret", "region_name": "eu-west-1"}


def client(url):
    return boto3.client("polly", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}), **ACCESS)


class PollySdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = cls.enterClassContext(Stub("polly"))
        cls.client = client(cls.stub.url)

    def speak(self, **changes):
        request = {"Engine": "neural", "VoiceId": "Joanna", "OutputFormat": "pcm", "Text": "ten lettrs", **changes}
        return self.client.synthesize_speech(**request)

    def test_lists_voices_page_by_page(self):
        pages = list(self.client.get_paginator("describe_voices").paginate(Engine="neural"))
        self.assertEqual([len(page["Voices"]) for page in pages], [2, 1])
        self.assertEqual(pages[1]["Voices"][0]["AdditionalLanguageCodes"], ["hi-IN"])

    def test_sound_is_whole_and_counted(self):
        answer = self.speak()
        self.assertEqual(answer["ContentType"], "audio/pcm")
        self.assertEqual(answer["RequestCharacters"], 10)
        self.assertEqual(len(answer["AudioStream"].read()), 2 * int(0.6 * 16_000))

    def test_marks_give_bytes_of_what_was_sent(self):
        text = "<speak>The naïve &amp; the <break time='1s'/>cat.</speak>"
        answer = self.speak(OutputFormat="json", SpeechMarkTypes=["word"], TextType="ssml", Text=text)
        self.assertEqual(answer["ContentType"], "application/x-json-stream")
        marks = [json.loads(line) for line in answer["AudioStream"].iter_lines()]
        found = [text.encode()[mark["start"] : mark["end"]].decode() for mark in marks]
        self.assertEqual(found, ["The", "naïve", "the", "cat"])
        self.assertEqual(found, [mark["value"] for mark in marks])

    def test_errors_are_the_clients_own(self):
        errors = self.client.exceptions
        for change, kind in [
            ({"Text": "word " * 1000}, errors.TextLengthExceededException),
            ({"TextType": "ssml", "Text": "<speak>"}, errors.InvalidSsmlException),
            ({"TextType": "ssml", "Text": "<speak><emphasis>a</emphasis></speak>"}, errors.InvalidSsmlException),
            ({"LexiconNames": ["unknown"]}, errors.LexiconNotFoundException),
            ({"SampleRate": "24000"}, errors.InvalidSampleRateException),
        ]:
            with self.subTest(kind=kind.__name__), self.assertRaises(kind):
                self.speak(**change)
        with Stub("polly", fault="throttled-seconds") as busy, self.assertRaises(ClientError) as raised:
            client(busy.url).synthesize_speech(VoiceId="Hans", OutputFormat="pcm", Text="a")
        self.assertEqual(raised.exception.response["Error"]["Code"], "ThrottlingException")
        self.assertEqual(raised.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)


class GatewayWithMoto(unittest.TestCase):
    """Moto checks how calls are made and gives voices and errors; its sound is eight bytes of silence."""

    @classmethod
    def setUpClass(cls):
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        cls.addClassCleanup(server.stop)
        host, port = server.get_host_and_port()
        cls.gateway = cls.enterClassContext(
            Gateway(
                TTS_PROVIDER="polly",
                POLLY_BASE_URL=f"http://{host}:{port}",
                AWS_ACCESS_KEY_ID="AKIAEXAMPLE",
                AWS_SECRET_ACCESS_KEY="secret",
                AWS_DEFAULT_REGION="eu-west-1",
            )
        )

    def ask(self, **request):
        body = json.dumps(request).encode()
        headers = {"Content-Type": "application/json"}
        return urllib.request.urlopen(urllib.request.Request(f"{self.gateway.url}/tts", body, headers))

    def test_lists_the_voices_of_the_engine(self):
        with urllib.request.urlopen(f"{self.gateway.url}/tts/voices") as answer:
            voices = json.load(answer)["voices"]
        self.assertGreater(len(voices), 20)
        joanna = next(voice for voice in voices if voice["id"] == "Joanna")
        self.assertEqual((joanna["provider"], joanna["language"], joanna["gender"]), ("polly", "en-US", "female"))

    def test_speaks(self):
        with self.ask(text="Hello there.", voice="Joanna", format="wav") as answer:
            self.assertEqual(answer.headers["x-tts-provider"], "polly")
            self.assertTrue(answer.read().startswith(b"RIFF"))


if __name__ == "__main__":
    unittest.main()
