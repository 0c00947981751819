"""Every budget of the translator, checked before anything is built, each with its reason.

A hostile text should cost less than a second and 200 MB; an honest one never comes near.
"""

MAX_SOURCE_BYTES = 100_000
"""A long honest reply is 20 kB; scanning and parsing this much stays well under 0.3 s."""

MAX_BRACKET_DEPTH = 40
"""CPython's parser recurses per bracket; honest code nests fewer than ten."""

MAX_OPERATOR_CHAIN = 150
"""Each operator, prefix or call in one expression may be one level of the parser's recursion."""

MAX_INDENTATION = 20
"""Blocks inside blocks; each is a level of recursion in the parser and in the evaluator."""

MAX_ELIF = 150
"""Each `elif` is an `if` nested in the one before it."""

MAX_NUMBER_CHARACTERS = 40
"""Python's own conversion of long digit strings is quadratic."""

MAX_DATA_CHARACTERS = 20_000
"""A fixed text that `json.loads` reads: a table of some hundred numbers."""

MAX_FSTRING_CHARACTERS = 400
"""The parser recurses into an f-string, where the scan of brackets does not look."""

MAX_AST_NODES = 20_000
"""A 100-line program has about 2,000."""

MAX_AST_DEPTH = 170
"""The evaluator recurses per level; a chain of operators or of `elif` is the only honest deep tree."""

MAX_CALL_DEPTH = 12
"""Helpers calling helpers; recursion itself is refused."""

MAX_INTEGER_BITS = 63
"""Static integers: sizes, indices, counters. Anything larger is a denial of service or a mistake."""

MAX_ELEMENTS = 4096
"""Entries of one list or array: observations have at most a few hundred."""

MAX_AXES = 16
"""Axes of one array: NumPy itself stops at 64."""

MAX_KEY_PARTS = 8
"""Entries of a tuple that is the key of a dict."""

MAX_BLOCKS = 20
"""Fenced blocks of a reply that are looked at, the last ones; each is scanned and parsed."""

MAX_RESTARTS = 3
"""Evaluations that search for the literals which decide the structure; then all become constants."""

MAX_MESSAGE_CHARACTERS = 400
"""What an error quotes of a program may be as long as the program."""

MAX_NAME_COMPARED = 40
"""Characters of an unknown name that are compared with the known ones, which is quadratic."""

ERROR_STEPS = 20
"""What an error counts in steps: it looks for a name that was meant, and for what else it makes unknown."""

MAX_STEPS = 60_000
"""Evaluated nodes and touched elements of all unrolled loops together, about 5 µs each."""

MAX_USE_STEPS = 3000
"""Steps of the statements behind the policy, which may show how it is used."""

MAX_ALL_STEPS = 120_000
"""The cost of all rounds in which the memory of a program takes its form, in steps."""

NODE_STEPS = 5
"""What a node of the graph counts in that cost."""

MAX_OPERATIONS = 10_000
"""Weight of the graph's nodes: each becomes one JAX equation or more, about 40 µs to trace."""

WEIGHTS = {
    **dict.fromkeys(("divide", "log", "log2", "log10", "log1p"), 6),
    **dict.fromkeys(("remainder", "fmod", "erf"), 9),
    **dict.fromkeys(("exp", "exp2", "expm1", "floor_divide", "sqrt", "cbrt", "arctan"), 12),
    **dict.fromkeys(("tanh", "power", "arctan2", "arcsin", "arccos"), 16),
    **dict.fromkeys(("sinh", "cosh", "hypot", "arcsinh", "arccosh", "arctanh"), 24),
}
"""What an operation costs to compile, in units of 3 ms; what is not listed costs less than one."""

MAX_DEPTH = 1200
"""Operations one after the other, as `DEPTHS` counts them. XLA copies into each kernel what it computes
from, so that compiling a chain takes a time quadratic in its length, or all memory."""

DEPTHS = {
    "select": 8,
    **dict.fromkeys(("remainder", "fmod"), 4),
    **dict.fromkeys(("floor_divide", "sqrt", "cbrt", "arcsin", "arccos", "arctan2", "hypot", "power"), 20),
}
"""What an operation counts in a chain; what is not listed counts as one."""

MAX_LITERAL_DEPTH = 30
"""Operations one after the other on literals alone; the result of more is a constant."""

MAX_PATH_NODES = 20_000
"""Nodes of the decision diagrams which say on which paths a name is assigned."""

MAX_PATH_CHOICES = 100_000
"""Steps of the algorithm that combines these diagrams, about 3 µs each."""

MAX_CONDITIONS = 300
"""Branches on observations in one step of the unrolled program; a level of recursion each."""

MAX_PARAMETERS = 1000
"""Literals beyond this many stay constants: an input each would make every compilation slow."""

MAX_WHILE_TURNS = 64
"""Turns of a `while` whose test depends on the observation; each is a branch."""

MAX_ROUNDS = 100
"""Translations in which the memory of a program takes its form; most take two."""

MAX_REMEMBERED = 320
"""Numbers in the memory of a program over all its forms. Each is a kernel of its own, 30 ms to compile, and
up to 250 ms where all copy one long chain."""

MAX_FORMS = 24
"""Forms that the memory of a program can have: lengths of its lists, its strings, None or not."""

MAX_ALL_FORMS = 64
"""The same with those in which a deque is longer, which are found at once instead of in a round each."""

MAX_CHOICES = 32
"""Fixed integers among which tests choose, such as the lengths of a list, and which are kept apart."""
