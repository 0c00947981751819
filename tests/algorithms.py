"""Every algorithm and critic there is, small enough for tests."""

from camel_jax import CategoricalConfig, GaussianConfig, SACConfig, TD3Config, TwinConfig

TWIN = TwinConfig(hidden=(32, 32), learning_rate=1e-3, target_rate=0.02)
# A small and steady temperature leaves the values of the task as they are.
COLD = {"hidden": (32, 32), "temperature": 1e-3, "temperature_learning_rate": 0.0}

ALGORITHMS = {
    "sac": SACConfig(**COLD, adam_b1=0.9, policy_delay=1, critic=TWIN),
    "categorical": SACConfig(**COLD, critic=CategoricalConfig(hidden=(32, 32))),
    "dsac-t": SACConfig(
        **COLD,
        adam_b1=0.9,
        policy_delay=1,
        critic=GaussianConfig(hidden=(32, 32), learning_rate=1e-3, target_rate=0.02),
    ),
    "td3": TD3Config(hidden=(32, 32), learning_rate=1e-3, target_rate=0.02, critic=TWIN),
}
