# Image for a Hugging Face Space or any other host: the app, what it needs, and MNIST. docs/hosting.md says how to use it.
FROM python:3.11-slim

# PyTorch's builds: "cpu", or those for a version of CUDA, which are gigabytes larger, such as "cu130".
ARG TORCH_BACKEND=cpu

# A C compiler: the training worker compiles its kernels for the processor of the host.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*

# uv can choose between PyTorch's builds. Modules are compiled now: the app's user could not store that, and starts sooner.
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir uv==0.13.9 \
    && uv pip install --system --no-cache --compile-bytecode --torch-backend="$TORCH_BACKEND" -r requirements.txt \
    && pip uninstall --yes uv

# The code belongs to root: the app can read it and not change it.
COPY . .
RUN python -m compileall -q . \
    && useradd --create-home --uid 1000 visitor

# A Space runs every container as user 1000.
USER 1000
ENV HOME=/home/visitor \
    CAE_DATA_DIR=/home/visitor/data \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501
RUN python -m cae data --dataset mnist

EXPOSE 8501
# Not through a proxy, which the host may ask for.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, posixpath as p, urllib.request as r; e = os.environ; \
path = p.join('/', e.get('STREAMLIT_SERVER_BASE_URL_PATH', ''), '_stcore/health'); \
r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + e['STREAMLIT_SERVER_PORT'] + path, timeout=4)"]
# A Space, which sets SPACE_ID, shows the app in an iframe of another site, over HTTPS: browsers send only SameSite=None
# cookies there. Elsewhere, over HTTP, they would refuse such a cookie, and with it every upload.
# "exec": no shell stands between the app and the signal that ends the container.
CMD ["sh", "-c", "exec streamlit run app.py ${SPACE_ID:+--server.xsrfCookieSameSite=none}"]
