"""Words of scripts and notebooks, which nothing may hide.

Read from their templates by `MLPGEN_UPDATE=1 pytest tests/test_reserved.py`.
"""

WORDS = frozenset(
    """
    ACCUMULATE Any AveragedModel BATCH_SIZE CLIP_GRAD_NORM CLIP_GRAD_VALUE Callable
    Counts Data DataError EARLY_STOPPING EMA EPOCHS EVAL_BATCH_SIZE F Iterator
    LEARNING_RATE LENGTH Means Path Run SEED SimpleNamespace TARGET Tensor Variance
    _ __init__ _calls_functions _check_fits _described _inputs _known _layer _maps
    _named _plain_text _resampled _results _row _sign _steps _subplots _tensorboard
    _why _with_bar _write about above affine argparse args as_number augment average
    axes axis batches called centered channel check check_own check_unit checked
    checked_features checked_labels checked_numbers checkpoint chosen class_names
    classes closure codes collections command_line compared computed confusion
    continued copy count crop curves cutmix cutout data data_arrays data_cifar
    data_common data_images data_mnist data_module data_pixels data_tables data_text
    data_wanted decayed decode deterministic device download draw drawn encode
    encoded epoch epochs errors evaluate examples export f feature_maps features
    figure find_unused fits fitted flip folder following found functional
    get_ema_multi_avg_fn groups guarded handle handles held_out hook hooks image
    images index inside join keep known labels last layer learned leave listed load
    locked loss lr_scheduler math mean means measured memory mistakes mixup model
    models module name new_run newest_checkpoint newest_run nn normalized norms
    numbers_of of_channels of_ranks one_line opened optimizer order os others output
    outputs outputs_of_layers pair parallel parameter parser part parted parts
    parts_of path path_of patience pictures pieces pieces_of_lines pixels place
    placed plain plots prediction print_classes print_errors print_layer
    print_layers print_means print_numbers print_text printable probabilities pyplot
    random_state read read_arrays read_checkpoint read_examples read_files read_idx
    read_images read_part read_parts read_rows read_table read_text readable reason
    record require_matplotlib rescaled restore restore_best restored result results
    room rotate row run run_onnx save_classes save_curves save_layers save_numbers
    save_restored say scaler scheduler score scores seen self set_random_state
    settings settings_of share show_layers shuffle shuffled sign spared start state
    states statistics std steps target targets tensor tensors text time told torch
    train train_epoch train_step trained training types typing unpacked usable use
    value values watch window write_confusion
    """.split()
)
