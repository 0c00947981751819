# observation_size=17 action_size=6
# Style: written for JAX: jnp.where, .at[].set, jit decorator, stateless.
import jax
import jax.numpy as jnp

KP = jnp.array([1.0, 0.8, 0.4, 1.0, 0.8, 0.4])


@jax.jit
def policy(obs):
    q, dq = obs[2:8], obs[11:17]
    pitch, vx = obs[1], obs[8]
    right_forward = q[0] > q[3]
    target = jnp.where(
        right_forward,
        jnp.array([-0.3, -0.2, 0.1, 0.5, -0.7, 0.0]),
        jnp.array([0.5, -0.7, 0.0, -0.3, -0.2, 0.1]),
    )
    target = target.at[0].add(-0.2 * pitch)
    target = target.at[3].add(-0.2 * pitch)
    target = target.at[jnp.array([2, 5])].set(0.1 * jnp.tanh(vx))
    torque = KP * (target - q) - 0.06 * dq
    return jnp.clip(torque, -1.0, 1.0)
