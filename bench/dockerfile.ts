export interface DockerfileOptions {
  /** `127.0.0.1:PORT` of the registry with `python:3.13-slim` and `uv:latest`. */
  readonly registry: string;
  readonly bytecode: boolean;
  readonly command: readonly string[];
}

/**
 * The usual Dockerfile of a uv project: dependencies first, then the project, each with uv's cache mounted, and a final stage that takes the
 * environment over (uv's own guide for Docker; so do most public projects).
 */
export function dockerfile({ registry, bytecode, command }: DockerfileOptions): string {
  return `FROM ${registry}/python:3.13-slim AS builder
COPY --from=${registry}/uv:latest /uv /bin/
ENV UV_COMPILE_BYTECODE=${bytecode ? 1 : 0} UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
RUN --mount=type=cache,target=/root/.cache/uv \\
    --mount=type=bind,source=uv.lock,target=uv.lock \\
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
    uv sync --locked --no-install-project --no-dev
COPY . /app
RUN --mount=type=cache,target=/root/.cache/uv \\
    uv sync --locked --no-dev --no-editable

FROM ${registry}/python:3.13-slim
COPY --from=builder /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
CMD ${JSON.stringify(command)}
`;
}

/** What a checkout has beside its sources. */
export const dockerignore = ['.git', '.venv', '**/__pycache__', 'Dockerfile', '.dockerignore', ''].join('\n');
