"""Names of users and rooms that are made to be taken for others, or to do something in the operator's spreadsheet.

Run with: tools/test.sh attack
"""

import csv
import io
import re
import unittest

from attack.wire import SECRET, ask, bearer, claims, error_of, eventually, figure, token
from support.gateway import Gateway

# What begins a formula, in all of its disguises; what hides one; what a terminal obeys; and what breaks a line or a cell.
FORMULAS = [
    "=1+1", " =1", "\t=1", "\r\n=1", "\u00a0=1", "\ufeff=1", "\u200b=1", "\u00ad=1", "\u2060=1", "＝1", "﹦1", "+1", "＋1", "-1", "−1", "－1",
    "@SUM(1)", "＠SUM(1)", "|cmd", "%x", "'=1", '"=1', '"",=1', "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example")',
    "\x1b[0m=1", "\x1b]0;x\x07", "\x9b31m", "x\n=1", "x\r=1", "\x00=1", "a,=1",
]  # fmt: skip


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(TTS_AUTH="jwt", TTS_JWT_SECRET=SECRET))
        cls.operator = bearer(token(claims(sub="the operator", plan="admin")))

    def speaks(self, **named):
        status, _, said = ask(self.gateway.url, "POST", "/tts", {"text": "Hello."}, bearer(token(claims(**named))))
        return status if status == 200 else (status, error_of(said))

    def block(self, kind, name):
        control = {"action": "set_blocked", "subject": {"kind": kind, "id": name}, "blocked": True}
        return ask(self.gateway.url, "POST", "/admin/api/controls", control, self.operator)[0]

    def test_who_is_blocked_is_blocked_however_the_name_is_written(self):
        for kind, claim in (("user", "sub"), ("room", "room")):
            self.assertEqual(self.block(kind, "Zoë"), 200)
            for name in ["Zoë", "Zoe\u0308", " Zoë", "Zoë\t", "\u00a0Zoë\u3000"]:
                self.assertEqual(self.speaks(**{"sub": "somebody", claim: name}), (403, "forbidden"), ascii(name))
            for name in ["Zoë\u200b", "\u2060Zoë", "Zo\u00adë", "Zo\u202eë", "\ufeffZoë", "Zoë\x00", "Zo\u034fë", "Zo\u180eë", "Zoë\U000e0041"]:
                self.assertEqual(self.speaks(**{"sub": "somebody", claim: name}), (401, "unauthorized"), ascii(name))
            # Somebody else, and somebody else where it counts how names are written.
            for name in ["Zoey", "zoë"]:
                self.assertEqual(self.speaks(**{"sub": "somebody", claim: name}), 200, ascii(name))

    def test_the_operator_blocks_the_same_name_however_it_is_written(self):
        self.assertEqual(self.block("user", " Rene\u0301e "), 200)
        self.assertEqual(self.speaks(sub="Ren\u00e9e"), (403, "forbidden"))
        self.assertIn(self.block("user", "Ren\u00e9e\u200b"), (400, 422))

    def test_case_does_not_count_where_the_operator_says_so(self):
        with Gateway(TTS_AUTH="jwt", TTS_JWT_SECRET=SECRET, TTS_USER_CASE="ignored") as gateway:
            control = {"action": "set_blocked", "subject": {"kind": "user", "id": "Zoë"}, "blocked": True}
            self.assertEqual(ask(gateway.url, "POST", "/admin/api/controls", control, self.operator)[0], 200)
            for name in ["zoë", "ZOE\u0308"]:
                self.assertEqual(ask(gateway.url, "POST", "/tts", {"text": "Hello."}, bearer(token(claims(sub=name))))[0], 403, ascii(name))

    def test_no_name_is_a_formula_in_what_operators_open(self):
        taken, refused = [], []
        for number, name in enumerate(FORMULAS):
            for named in ({"sub": name}, {"sub": f"user {number}", "room": name}):
                said = self.speaks(**named)
                self.assertIn(said, (200, (401, "unauthorized")), ascii(name))
                (taken if said == 200 else refused).append(name)

        def cells(by):
            answer = ask(self.gateway.url, "GET", f"/admin/api/usage?by={by}&format=csv", headers=self.operator)
            self.assertEqual((answer[0], answer[1]["content-type"]), (200, "text/csv; charset=utf-8"))
            text = answer[2].decode()
            return text, [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]

        self.assertTrue(eventually(lambda: any(f"user {len(FORMULAS) - 1}" == cell for cell in cells("user")[1]) or "a,=1" in refused))
        seen = 0
        for by in ("user", "room"):
            text, names = cells(by)
            seen += len(names)
            # Whatever a spreadsheet passes over, the first sign that it sees is no sign of a formula, and every row is one.
            for cell in filter(None, names):
                first = re.sub(r"^[\s\u00a0\u200b-\u200f\u2060-\u206f\ufeff\u00ad\"\x00-\x1f\x7f-\x9f]+", "", cell)[:1]
                self.assertTrue(first and first not in "=+-@|%＝＋－＠﹦﹢﹣﹫−", ascii(cell))
            self.assertNotRegex(text, "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "nothing that a terminal obeys")
        self.assertGreater(seen, 20)
        figure(f"{len(FORMULAS)} names that are formulas: {len(taken)} of {len(taken) + len(refused)} are taken, and none is one in the table")


if __name__ == "__main__":
    unittest.main()
