"""Names in scripts and notebooks, which a spec must not hide.

Written from their templates by `MLPGEN_UPDATE=1 pytest tests/test_reserved.py`.
"""

WORDS = frozenset(
    """
    ACCUMULATE Any BATCH_SIZE CLIP_GRAD_NORM CLIP_GRAD_VALUE Callable Continuing
    Counts Data DataError EARLY_STOPPING EMA EPOCHS EVAL_BATCH_SIZE F FIRST_UNIT
    FREEZE Features Goal Iterator LEARNING_RATE LENGTH LRScheduler Loaded Means
    ModelInput NETWORK Optimizer Optimizers ParameterGroup Path Predictions RUNS
    Ranking Run SEED SPEC SimpleNamespace TARGET TRAINING Tensor Trained Variance
    WEIGHTS WEIGHTS_EXCEPT WeightAverage _ _accuracy _all_begin _all_frozen _are
    _are_ranges _arguments _around _auc _bits _changed _check_fits _checked _content
    _converted _count _counts _days_and_hours _described _differences _ends _f1
    _faults_by_name _fits _flat _go_together _has_tensors _held_out _in_order _input
    _inputs _is_anything _is_count _is_deviation _is_ends _is_flag _is_kept
    _is_number _is_so _is_text _key _kind _kind_of_numbers _kinds _known _labels
    _layer _layers _listed _mae _maps _marks _mended _misfits _name_too _numbers
    _of_channels _of_classes _of_copies _of_keys _of_layers _one_or_some _only
    _other_data _other_settings _outcome _pairs _place _plain _positive _r2 _range
    _read _refused _reordered _resampled _rmse _rows _said _save _scheduler_kind
    _shape _single _sizes _span _steps _subplots _sums _targets _title _trained
    _two_classes _unequal _with_places _without_noise about about_inputs above
    advice affine all_differ all_finite all_numbers applied are_labels are_thousands
    area_below argparse args array as_csv as_csv_rows as_floats as_json as_known
    as_read as_shown as_targets as_tensor as_texts as_weights asked asked_for
    attempt augment augmented average axes axis batches begin begins_as_image begun
    believed beside beside_parts beside_weights best best_pattern between brightness
    build by_name byte_marks cache called called_image cased cells centered chain
    changes channel check_apart check_arguments check_broken check_chances
    check_classes check_counts check_files check_finite check_folder check_layout
    check_names check_other check_out check_own check_restored check_swapped
    check_targets check_unit check_weights check_whole check_width checked
    checked_by_name checked_categories checked_chances checked_columns
    checked_features checked_inputs checked_labels checked_names checked_numbers
    checked_rows checked_targets checkpoint chosen class_axis class_counts
    class_doubts class_names class_order classes classes_in classes_in_file
    classes_of clipped closure code_in codecs codes collections column_of columns
    columns_by_rows columns_like columns_of columns_of_rows combinations
    command_line commit_of compared computed config_of confusion confusion_of_places
    confusion_of_several constant_parts content_of contextmanager continued
    continuing copied copies copy count count_odd count_of counted counts crc32 crop
    csv curves cut_values cutmix cutout damage data data_arrays data_checks
    data_cifar data_common data_download data_features data_files data_folders
    data_goal data_images data_inputs data_labeled_texts data_masks data_meaning
    data_mnist data_model_input data_module data_named_arrays data_named_module
    data_parts data_pixels data_scale data_tables data_targets data_tensors
    data_text data_texts_with_lengths data_twins data_words dates_as dates_of
    decayed decode decoded deep_values defaultdict described device differences
    difflib dist doubles doubt_of doubtful doubts_of download draw draw_columns
    draw_examples drawn drawn_pixels each_of encode encoded encoded_columns
    encoding_by_mark ends_of epoch epochs equal_by_chance equal_pairs errors
    evaluate evaluated example examples export exports extract_tb facts far_numbers
    far_part faults_of feature_doubts feature_maps feature_names features fetch
    few_digits figure file_digest file_errors filecmp files_below filled_numbers
    find find_texts find_unused finite finite_number first_of first_output fits
    fitted fitting fixed flat_metrics flattened flip fnmatchcase folded folder
    folders_in following format_of found found_in found_separator freeze frozen
    functional gathered get_close_matches get_ema_multi_avg_fn give_weights
    given_targets grayed group groupby groups guarded guessed gzip handle handles
    has_cell has_commas has_run head held_out hidden hides_attributes histogram
    hold_dates hook hooks http id_doubts image image_checks image_files image_fit
    image_folders image_formats image_walk images images_below images_of_classes
    importing in_a_line in_bytes in_lines in_order in_pieces in_tuple in_utf8 index
    inside inspect instead_of io is_better is_constant is_more is_no_file is_odd
    is_of_run is_one_hot is_other_data is_own_code is_plot is_utf8 is_whole is_wide
    islice itertools join joined json keep kind_of_numbers known known_ends
    known_examples labels lacks laid_out last layer layer_name layer_type
    layer_types layout_of leads_up learned learned_columns learned_targets
    learning_rate leave left_out lengths_of lines_of list_of load load_labeled
    loaded locked look look_like_classes looks_like_number loss loss_beside lowest
    lr_scheduler make_optimizer margins mark_of mark_of_data mark_of_rows
    marks_of_rows mask_checks mask_classes mask_name mask_numbers mask_size
    mask_targets mask_values matches math may_be_id md5 mean meaning means measured
    median memory mended_axes mended_labels mended_values merged_parts metadata
    mistakes mixtures mixup model model_config models module name named named_alike
    named_columns named_file named_rows named_run names names_of names_of_classes
    names_of_targets native nested new_categories new_run newest newest_run nn
    normalized normalized_inputs norms notation_of note notes_of numbered
    numbered_rows numbers numbers_as numbers_of numbers_of_texts odd
    of_another_network of_bytes of_channels of_cuts of_file of_folders of_lengths
    of_network of_number_targets of_numbers of_parameters of_pixels of_ranks
    of_table of_text of_text_in_lines of_training of_twins of_two of_two_classes
    of_unknown of_vocabulary on_images one_hot one_line one_thread ones_of_masks
    open_table opened opened_table optimizer optimizers os other_best other_words
    others output outputs_of_layers own_code own_functions own_loss own_metric
    own_values pair paired_masks pairs parallel parameter parameter_groups parser
    parser_of part part_of parted parted_anew parted_images partial parting
    parting_marks parting_of_places parts parts_below parts_by_seed parts_of
    parts_of_rows parts_of_table path path_of pathlib patience perplexity pickle
    pickled picture pictured pictures pieces pieces_of_lines pixel_doubts pixels
    place place_of placed places plain plot_columns plot_figures plots
    postprocessing prediction prediction_flags prediction_records predictions
    preprocessing pretrained print_layer print_layers print_means printable profiled
    progress pyplot random_state ranks rates re read read_all read_arrays
    read_columns read_dates read_examples read_file read_files read_idx read_images
    read_inputs read_labeled read_like read_numbers read_one read_part read_rows
    read_table read_targets read_text read_texts read_weights read_window readable
    readable_folders reasons recoded record refit refuse_mixture remark replace
    reprlib require_matplotlib restore restore_best restored restored_files results
    resume room rotate row row_numbers row_of row_twins rows_of rows_of_targets run
    run_differences run_folder run_told runpy safetensors said_separator
    same_buffers same_encoding same_outputs same_states save_classes save_columns
    save_curves save_examples save_files save_layers save_numbers save_onnx
    save_places save_pt2 save_restored save_several save_texts say scale
    scale_doubts scale_of scaler scales scaling_inputs scheduler score scores seed
    seen self set_random_state settings settled sha256 shaped shards_of share shares
    short should_be_image show_layers show_row show_table shown shuffled shutil
    sign_of signal sized sized_image spared spec_ split spread standardized start
    starting stat state states statistics std steps steps_between subprocess summary
    survey suspicion sys table_columns table_dates table_doubts table_features
    table_files table_layout table_like table_notation table_numbers table_ranges
    table_rows table_series table_targets table_text take_weights taken taken_ranges
    takes_targets tarfile target target_doubts target_scores targets tell
    tell_targets tempfile tensor_of tensorboard tensors text text_columns
    text_content text_files text_folders text_lengths text_tables text_targets
    text_to_continue text_units text_unknown texts texts_of texts_read thinned time
    told told_classes told_names torch traceback train train_epoch train_step
    trained training translated turned turns twin_doubts twins_of type_of types
    typing unicodedata unit_of units_of unknown_share unnamed unpacked unread
    unseen_categories upright urllib usable use use_weights value value_of values
    values_of_masks values_of_part values_of_targets visible vocabulary_of warnings
    watch weigh_classes weigh_positives weight_average weight_file weight_files
    weighting weights width_of widths_of window with_bar with_index with_lengths
    with_nulls with_thousands with_unit without_margins without_missing without_nan
    word_pattern word_patterns words write write_confusion write_rows write_table
    write_targets write_thresholds wrong_places wrong_shape zipfile zones_of
    """.split()
)
