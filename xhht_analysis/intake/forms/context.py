"""What a file says about itself beside its tables: unit, year, moment, marks, personal data.

A mention is a text that begins with a kind of unit, or stands behind a label of kinds ("Huyện
(TX, TP): …"). Whether it is a unit, `places` finds out: only what the list of units knows counts,
and a text that can be nothing but a unit's name although none bears it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from xhht_analysis.intake.forms.claims import Cell
from xhht_analysis.intake.reading.sheets import Sheet
from xhht_analysis.intake.reading.text import fold, normalise, parse_date, parse_year, scale_of

HEAD_ROWS = 40
LABELS = {
    "unit": re.compile(
        r"(ten )?(don vi|co quan|dia phuong|dia ban|noi)"
        r"( (bao cao|lap bieu|gui|thuc hien|dieu tra))*"
    ),
    "code": re.compile(r"ma (don vi|co quan|xa|huien)"),
    "year": re.compile(r"iear|nam( (bao cao|so lieu|thong ke|danh gia|thuc hien|hoc))?"),
    "date": re.compile(
        r"(ngai )?chot so lieu|ngai chot( so lieu)?|thoi diem|(so lieu )?tinh den( ngai)?"
    ),
    "measure": re.compile(r"dvt|don vi (tinh|do)"),
}
MEASURE = re.compile(r".+\b(dvt|don vi (tinh|do)) .+")
"""A line that says what its figures count behind other words: "Năm 2024 (ĐVT: nghìn người)"."""
SPAN = re.compile(r"\b(20\d\d) (?:den )?(?:nam )?(20\d\d)\b")
BESIDE = r"(?:so (?:sanh )?voi|cung ki|nam truoc|ki truoc|nam co so|nam goc)"
DEED = (
    r"(?:ket qua|thuc hien|tien do|so lieu|bao cao|danh gia|tinh|lui ke)\b"
    rf"(?:(?!{BESIDE}|va (?:ke hoach|muc tieu)\b).)*?"
)
OTHER_YEAR = re.compile(
    rf"\b(?:{BESIDE}(?: (?:cung|ki|nam|hoc|truoc|ke hoach|kh|muc tieu|so lieu|ket qua|thuc hien|"
    r"thoi diem|dau|cuoi))* 20\d\d(?: 20\d\d)?"
    r"|giai doan(?: (?:tu|nam))*(?: 20\d\d)?(?: den)?(?: nam)? 20\d\d"
    r"|phuong huong(?: nhiem vu)?(?: trong tam)?(?: nam)? 20\d\d)\b"
    rf"|(?<!\S)(?P<done>{DEED})?\b(?:(?:ke hoach|kh|muc tieu|chi tieu giao|phan dau|du kien)"
    r"(?: (?:giao|trong|cho|nam|hoc|den|het|cuoi))*|den(?: (?:het|cuoi|nam))*) 20\d\d\b"
)
"""A year as a comparison, period, plan or goal; what is ``done`` towards a plan is of its year."""
BOTH_YEARS = re.compile(r"\b20\d\d va (nam )?20\d\d\b")
"""Two years beside each other: not known whose the figures are, and no school year."""
IN_YEAR = re.compile(r"\bnam\b|\b(so lieu|ket qua|thuc hien) 20\d\d\b")
"""What a line has that may say the year of the figures."""
SAID = re.compile(r"((\d|[ivx]+|[a-d]) )?(so lieu|ki bao cao|ket qua)( cua)? nam 20\d\d( nhu sau)?")
"""A line, or what it ends with in brackets, that says whose year all figures are of."""
LAW = re.compile(r"nghi dinh|quiet dinh|thong tu|cong van|ke hoach so|qd\b|nd cp\b|nghi quiet")
ENCLOSED = re.compile(r"\b(ban hanh )?kem theo .*")
"""The letter that a form is enclosed in: its date is none of the figures."""
SAMPLE_MARK = "so lieu minh hoa"
SAMPLE_NOTE = re.compile(
    r"so lieu.{0,30}\b(lam|la) (so lieu )?mau\b|so lieu (mau|gia dinh|vi du)\b"
)
OUTPUT_MARK = re.compile(
    "definition_variant|Mức độ chắc chắn theo quy tắc|Khả năng theo đà hiện nay|"
    "[▲△▽▼] (?:rất|nhiều|khó|very|likely|unlikely)"
)
"""What stands in the tables, workbooks and reports that the kit itself writes, and nowhere else."""
REGISTER_NAME = re.compile(
    r"(?!ten (don vi|xa|huien|tinh|co so|trung tam|truong|chi tieu|nhiem vu))"
    r"(ho|ten|(ten|ho (va )?ten) (?!nguoi (lap|ki|bao cao)).*|"
    r"ho (va )?(ten )?(dem|lot|ten)(?! nguoi (lap|ki|bao cao))( .*)?|"
    r"(full )?name|hoc vien|nguoi hoc)"
)
REGISTER_ID = r"(so )?(the )?(cccd|cmnd|cmt|can cuoc)( .*)?|((so|ma) )?(so )?dinh danh( .*)?"
REGISTER_BIRTH = re.compile(
    r"(ngai( thang)?( nam)?|nam) sinh( .*)?|sinh (nam|ngai)( .*)?|date of birth|dob|ma hoc sinh|"
    rf"(so )?(dien thoai|sdt)|quan he (voi )?chu ho|{REGISTER_ID}"
)
ID_NUMBER = re.compile(r"0?[\d•]{11}")
"""An identity card's number as typed or masked, be it without the zero in front."""


KIND = re.compile(
    r"\b(?:(?:thành phố|thị xã|thị trấn|tỉnh|huyện|quận|xã|phường|"
    r"thanh pho|thi xa|thi tran|tinh|huyen|quan|xa|phuong|tp|tx|tt)\b\.?|[hxp]\.)\s*(?=[^\W_])",
    re.I,
)
NO_PLACE = re.compile(
    r"xã\s+hội(?!\s+cư\b)|(?<!ubnd )[\s,]+(năm|quý|tháng)\s.*?(?=\scủa\s|$)", re.I
)
OTHER = re.compile(
    r"kinh gui|kem theo (?!bao cao|bc)|noi nhan|can cu|theo |dia chi|tru so|dien thoai|noi sinh"
)
"""Lines of the head that name other offices than the one whose figures these are."""
DATELINE = re.compile(r",\s*(ngày|ngay)\b", re.I)
LABEL = frozenset(
    fold("tỉnh thành phố thị xã trấn huyện quận phường tp tx tt h x p tên hoặc và").split()
)
OF_DISTRICTS = re.compile(r"\b(huien|thi xa|thanh pho|quan|tx|tp|h)\b")
OF_COMMUNES = re.compile(r"\b((?<!thi )xa|phuong|tran|tt|x|p)\b")
PIECES = re.compile(r"\s*(?:[,;:()\n]|\s[-–—]\s)\s*")
PART_OF_YEAR = re.compile(r"\b((3|6|9|sau|chin) thang( dau)? nam|qui (i{1,3}|iv|[1-4])\b)")
SOCIETY = re.compile(
    r"(chi |doan )?(hoi (?!khuien hoc|dong)|doan (tncs|thanh nien|xa|phuong)|cong doan|cong an|"
    r"(tinh|thanh|thi|huien|quan|xa|phuong) doan|lien doan|tram i te|dang (ui|bo)|"
    r"chi (bo|hoi|doan)|(ui ban )?(mttq|mat tran)|cum thi dua|ban chi hui)\b"
)
"""Beginning of a line of a letterhead whose figures are of members or of a part of the people."""
HAMLET = re.compile(r"(ten )?(ap|khu pho|kp|khom|thon|xom|to dan pho|khu vuc|khu dan cu)\b")
INSIDE = re.compile(
    r"((ban|to) (nhan dan|dieu hanh|quan li|tu quan) )?"
    r"(ap|khu pho|kp|khom|thon|xom|to dan pho|to nhan dan tu quan|"
    r"truong (th|thcs|thpt|tieu hoc|mam non|mau giao))"
    r"( (?!xa |phuong |thi tran |ngai )\w+){1,4}( (xa|phuong|thi tran)( \w+){1,4})?"
)
"""A line that names a place within a commune or a school: its figures are no unit's."""
MAX_WORDS = 4
"""Words of the longest name of a unit."""


@dataclass(frozen=True)
class Mention:
    """A text that may name a unit.

    ``level`` where its label tells one; ``labelled`` behind a label; ``whole`` where it is all
    that its line says.
    """

    text: str
    cell: tuple[int, int] | None = None
    level: str | None = None
    labelled: bool = False
    whole: bool = False

    @property
    def names(self) -> Iterator[str]:
        """The text, then ever shorter: what follows a name in a title is no part of it."""
        words = self.text.split()
        for n in range(min(len(words), MAX_WORDS + 2), 0, -1):
            yield " ".join(words[:n])


@dataclass
class Context:
    """The head of a sheet as typed; empty where it says nothing.

    ``cells`` holds where unit, code and year stand on this sheet; ``date_cell`` a date that cannot
    be read; ``lines`` the folded texts of the head; ``mentions`` what may name a unit there.
    """

    unit: str = ""
    code: str = ""
    level: str | None = None
    year: int | None = None
    year_problem: str | None = None
    year_note: str | None = None
    snapshot_date: str | None = None
    date_cell: Cell | None = None
    scale: float = 1.0
    money_scale: float | None = None
    lines: list[str] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    cells: dict[str, Cell] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """What names the unit: its name, else its code."""
        return self.unit or self.code

    def filled_from(self, other: Context) -> Context:
        """Take from ``other`` what this context lacks."""
        if not self.place:
            self.unit, self.code, self.level = other.unit, other.code, other.level
            self.lines = self.lines + other.lines
        if self.year is None and self.year_problem is None:
            self.year, self.year_problem = other.year, other.year_problem
            self.year_note = other.year_note
        self.snapshot_date = self.snapshot_date or other.snapshot_date
        return self

    def take_year(self, typed: object) -> None:
        """Read the year from what is typed."""
        parsed = parse_year(typed)
        self.year, self.year_problem, self.year_note = parsed.value, parsed.problem, parsed.note


def read_context(sheet: Sheet, until: int, first: int = 0) -> Context:
    """Head of ``sheet`` from grid row ``first``, above grid row ``until``."""
    context, titles = Context(), []
    for row in range(max(first, until - HEAD_ROWS), min(until, sheet.n_rows)):
        texts = set()
        for cell, text, typed, at in _texts(sheet, row):
            if text not in texts:
                titles.append(text)
                kind, value = _kind(text), typed or sheet.cell(*at)
                if INSIDE.fullmatch(fold(text)):
                    kind, value, at = "unit", text, cell
                elif not kind and MEASURE.fullmatch(fold(text)):
                    kind, value = "measure", text
                _take(context, kind, value, at)
                context.mentions += find_mentions(text, cell, normalise(sheet.text(*at)))
            texts.add(text)
    context.lines = [fold(title) for title in titles]
    _dates(context, titles)
    return context


def has_unit_label(sheet: Sheet, row: int) -> bool:
    """Whether a row has a label of a unit or its code with anything typed beside it."""
    labels = (_kind(text) for _, text, typed, at in _texts(sheet, row) if typed or sheet.text(*at))
    return not {"unit", "code"}.isdisjoint(labels)


def _texts(sheet: Sheet, row: int) -> Iterator[tuple[Cell, str, str, Cell]]:
    """Texts of a row with their cells, what is typed behind a colon, and the cell that says it.

    Where nothing is typed there, the next cell on the right that holds anything else may say it.
    """
    cells = sheet.grid[row]
    for column, cell in enumerate(cells[:80]):
        text = normalise(cell) if isinstance(cell, str) else ""
        if text:
            typed = text.partition(":")[2].strip()
            right = range(column + 1, min(len(cells), column + 12))
            others = (c for c in right if cells[c] not in (None, "", cell))
            yield (row, column), text, typed, (row, column if typed else next(others, len(cells)))


def _kind(text: str) -> str:
    """Key of `LABELS` of the label that a text is or begins with; empty for any other text."""
    label = fold(text.partition(":")[0])
    return next((kind for kind, words in LABELS.items() if words.fullmatch(label)), "")


def _take(context: Context, kind: str, value: object, at: Cell) -> None:
    if value is None:
        return
    if kind == "unit" and not context.unit:
        context.unit = normalise(str(value))
    elif kind == "code" and not context.code:
        context.code = str(int(value)) if isinstance(value, float) else normalise(str(value))
    elif kind == "year" and (context.year is None or context.year_note):
        context.take_year(value)
    elif kind == "date" and context.snapshot_date is None:
        parsed = parse_date(value)
        context.snapshot_date = parsed.value
        context.date_cell = at if parsed.problem else None
    elif kind == "measure":
        if "dong" in fold(str(value)).split():
            context.money_scale = scale_of(str(value))
        else:
            context.scale = scale_of(str(value))
    else:
        return
    context.cells[kind] = at


def _dates(context: Context, titles: list[str]) -> None:
    for title in titles:
        key = fold(title)
        if context.snapshot_date is None and re.search(
            r"thoi diem|tinh den|so lieu den|^thang \d", key
        ):
            context.snapshot_date = parse_date(title).value
    if context.year is None and context.year_problem is None:
        keys = (figures_year(ENCLOSED.sub("", fold(title))) for title in titles)
        with_year = [key for key in keys if IN_YEAR.search(key) and not LAW.search(key)]
        letters = [t for t in with_year if re.search(r"\bngai \d* ?thang\b", t)]
        spans = [_no_span(t) for t in with_year if t not in letters]
        plain = [t for t in spans if not parse_year(t).note]
        said = filter(SAID.fullmatch, (fold(title.rpartition("(")[2]) for title in titles))
        moment = (context.snapshot_date or "")[:4]
        late = [t for t in letters if not re.search(r"\bthang 0?[1-6]\b", t)]  # else of last year
        for texts in (said, plain, [moment], spans, late):
            named = {parsed.value: t for t in texts if (parsed := parse_year(t)).value}
            if len(named) == 1:
                context.take_year(*named.values())
                if texts is late or texts == [moment]:
                    context.year_note = "year_from_date"
            if len(named) == 1 or (named and texts is spans):
                return


def figures_year(key: str) -> str:
    """Folded text without the years that are none of its figures ("so với năm …")."""
    return OTHER_YEAR.sub(lambda m: m[0] if m["done"] else "", BOTH_YEARS.sub("", key))


def _no_span(title: str) -> str:
    """Folded title without the period of a plan; a school year stays."""
    return SPAN.sub(lambda m: m[0] if int(m[2]) == int(m[1]) + 1 else "", title)


def level_of(label: str) -> str | None:
    """Level that a folded label of kinds stands for; None where it allows several."""
    if "tinh" in label.split():
        return "province"
    is_commune = OF_COMMUNES.search(label)
    return (
        None
        if is_commune and OF_DISTRICTS.search(label)
        else "commune"
        if is_commune
        else "district"
    )


def find_mentions(
    text: str, cell: tuple[int, int] | None = None, beside: str = ""
) -> Iterator[Mention]:
    """Mentions of one cell; ``beside`` is the text of the cell on its right."""
    label, colon, rest = text.partition(":")
    key = fold(label)
    if key and LABEL.issuperset(key.split()) and (colon or (beside and ":" not in beside)):
        name, _, kind = (rest.strip() or beside).partition("(")
        kind = kind.strip(" )")
        if KIND.match(f"{kind} x"):  # "Cai Lậy (thị xã)"
            name = f"{kind} {name}"
        yield Mention(NO_PLACE.sub("", name).strip(), cell, level_of(key), labelled=True)
        return
    if OTHER.match(fold(text)) or DATELINE.search(text):
        return
    clean = NO_PLACE.sub("", text)
    for piece in PIECES.split(clean):
        for kind_word in KIND.finditer(piece):
            alone = re.fullmatch(
                r"(ủy|uỷ)? ?(ban nhân dân|ubnd)? ?", clean[: kind_word.start()], re.I
            )
            few = len(piece[kind_word.end() :].split()) <= MAX_WORDS
            yield Mention(
                piece[kind_word.start() :], cell, whole=piece == clean and few and bool(alone)
            )


def file_mentions(name: str) -> Iterator[Mention]:
    """Mentions in the name of a sheet or file, where words are joined by any mark."""
    words = re.sub(r"\.\w{2,4}$", "", normalise(name.rsplit("/", 1)[-1]))
    words = re.sub(r"[\W_]+|\d{3,}", " ", words).strip()
    yield from find_mentions(words)


def sample_marks(sheets: list[Sheet]) -> tuple[bool, bool]:
    """Whether the file carries our sample mark, and whether it carries a note of sample numbers."""
    texts = (text for text in _all_texts(sheets) if 8 < len(text) < 300)
    keys = [*map(fold, texts)]
    return any(SAMPLE_MARK in key for key in keys), any(map(SAMPLE_NOTE.search, keys))


def is_output(sheets: list[Sheet]) -> bool:
    """Whether the kit itself wrote the file as a result: its figures are not what a unit sent."""
    return any(map(OUTPUT_MARK.search, _all_texts(sheets)))


def _all_texts(sheets: list[Sheet]) -> set[str]:
    return {cell for sheet in sheets for row in sheet.grid for cell in row if cell.__class__ is str}


def is_register(sheets: list[Sheet]) -> bool:
    """Whether a sheet lists persons: names beside birth dates or numbers, or many ID numbers."""
    for sheet in sheets:
        heads = {
            (row, fold(cell))
            for row, cells in enumerate(sheet.grid[:202])
            for cell in cells
            if isinstance(cell, str) and len(cell) < 60 and ":" not in cell
        }
        names = [row for row, head in heads if REGISTER_NAME.fullmatch(head)]
        births = [row for row, head in heads if REGISTER_BIRTH.fullmatch(head)]
        if any(abs(name - birth) < 3 for name, birth in product(names, births)):
            return True
        cells = ((c, cell) for row in sheet.grid[:300] for c, cell in enumerate(row))
        texts = ((column, cell) for column, cell in cells if isinstance(cell, str))
        numbers = Counter(column for column, text in texts if ID_NUMBER.fullmatch(text.strip()))
        if max(numbers.values(), default=0) > 2:
            return True
    return False
