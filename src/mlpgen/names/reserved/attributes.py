"""Attributes of torch's classes, which layers of a spec must not overwrite."""

MODULE = frozenset(
    """
    T_destination add_module append apply bfloat16 buffers call_super_init children
    compile cpu cuda double dump_patches eval extend extra_repr float forward
    get_buffer get_extra_state get_parameter get_submodule half insert ipu
    load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters parameters pop register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training
    type xpu zero_grad
    """.split()
)
"""The public attributes of `nn.Module` and `nn.Sequential`."""

PRIVATE = frozenset(
    """
    _actual_script_module _apply _backward_hooks _backward_pre_hooks _buffers _c
    _call_impl _compiled_call_impl _concrete_type _ddp_params_and_buffers_to_ignore
    _device_mesh _former_parameters _forward_cls _forward_hooks
    _forward_hooks_always_called _forward_hooks_with_kwargs _forward_pre_hooks
    _forward_pre_hooks_with_kwargs _get_abs_string_index _get_backward_hooks
    _get_backward_pre_hooks _get_item_by_idx _get_name _infer_parameters
    _initialize_hook _initializing _is_fsdp_managed_module _is_full_backward_hook
    _is_replica _load_from_state_dict _load_hook _load_state_dict_post_hooks
    _load_state_dict_pre_hooks _maybe_warn_non_full_backward_hook _modules
    _named_members _non_persistent_buffers_set _orig_mod _parameters
    _python_dispatcher _python_modules _register_load_state_dict_pre_hook
    _register_state_dict_hook _replicate_for_data_parallel _save_to_state_dict
    _slow_forward _state_dict_hooks _state_dict_pre_hooks _version
    _wrapped_call_impl
    """.split()
)
"""Private attributes that torch sets on modules."""

NOT_EXPORTED = frozenset(
    """
    _boxed_call _code _create_node_hooks _deepcopy_hooks _deepcopy_init
    _erase_node_hooks _graph _guards_fn _in_spec _lineno_map _out_spec
    _prologue_start _recompile_submodules _register_create_node_hook
    _register_deepcopy_hook _register_erase_node_hook _register_replace_node_hook
    _replace_hooks _set_replace_hook _tracer_cls _tracer_extras
    _unregister_create_node_hook _unregister_deepcopy_hook
    _unregister_erase_node_hook _unregister_replace_node_hook _wrapped_call
    add_submodule code delete_all_unused_submodules delete_submodule
    get_compiler_config graph meta print_readable range_constraints recompile
    shape_env to_folder validate_inputs
    """.split()
)
"""Attributes of the modules that torch.export and torch.compile return."""
