"""Words of Python and of the generated code, which names of a spec could hide.

A test compares them with Python and with the code of files.
"""

BUILTINS = frozenset(
    """
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup
    BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError
    ConnectionAbortedError ConnectionError ConnectionRefusedError
    ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning
    EnvironmentError Exception ExceptionGroup False FileExistsError
    FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError
    ImportError ImportWarning IndentationError IndexError InterruptedError
    IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
    ModuleNotFoundError NameError None NotADirectoryError NotImplemented
    NotImplementedError OSError OverflowError PendingDeprecationWarning
    PermissionError ProcessLookupError PythonFinalizationError RecursionError
    ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration
    StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError
    TimeoutError True TypeError UnboundLocalError UnicodeDecodeError
    UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning
    ValueError Warning ZeroDivisionError abs aiter all anext any ascii bin bool
    breakpoint bytearray bytes callable chr classmethod compile complex copyright
    credits delattr dict dir divmod enumerate eval exec exit filter float format
    frozenset getattr globals hasattr hash help hex id input int isinstance
    issubclass iter len license list locals map max memoryview min next object oct
    open ord pow print property quit range repr reversed round set setattr slice
    sorted staticmethod str sum super tuple type vars zip
    """.split()
)
"""The builtins of Python 3.11 to 3.14, dunder names aside."""

MODEL = frozenset(
    """
    Any Callable DropPath F Iterator OrderedDict Tensor _args _module children cls
    contextmanager f forward handle handles hook i index keep layer layers mask model
    module name names nn output outputs p recorded self spectral_norm torch
    weight_norm x y z
    """.split()
)
"""What the file of a model imports, defines and calls its variables, sizes aside."""

CAPITALS = frozenset(
    """
    ACCUMULATE ARCHIVE ARCHIVES Any AveragedModel CHECKSUM CLASSES Callable Data
    DataError DistributedDataParallel EMA EPOCHS F FOLDER IMAGE Iterable Iterator
    KNOWN LABELS LENGTH MEAN MIRRORS NamedTuple OUTPUTS OWN OrderedDict PADDING PATH
    PATIENCE Path RANK RANKS RESULT RUNS Run RunError SEED SHAPE STD SUBSET
    SimpleNamespace TARGET TEST TRAIN Tensor ThreadPoolExecutor VALIDATION
    VOCABULARY
    """.split()
)
"""Names with a capital that a model's file or a script uses itself."""

SCRIPT = frozenset(
    """
    about accuracy add argparse args arguments array arrays augment average batch
    best buffer center chance chances check_own classes closure correct count counts
    csv data decayed decode device difference dist error errors evaluate example
    export f1 far features file final finished fit fixed flat folder following found
    get_ema_multi_avg_fn groups importlib index join key kind known label labels
    last leave lines load load_model loss lr_scheduler mae main math mean_loss model
    module most name names new newest norms one one_line optimizer order os other
    others ours output pairs parameter parser part parts path paths place plot
    predict printable profiler program read_checkpoint read_files result row rows
    run run_onnx said scaler scheduler seconds seen session settings share shift
    show shown shuffle size spared spread start state steps sums sys table targets
    test text theirs time told top5 total train_epoch train_step trained usable use
    validation value values variance weights whole window words write_confusion
    writer wrong
    """.split()
)
"""What a training script calls its variables and functions."""
