"""gunicorn reads this file by itself."""

bind = "0.0.0.0:8000"
workers = 2
# A read-only root has no writable /tmp worth trusting for heartbeats; shared memory is always there.
worker_tmp_dir = "/dev/shm"
control_socket_disable = True


def on_starting(server):
    """Bring the database up to date once, before the workers start."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
