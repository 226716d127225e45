# Image for a Hugging Face Space: CPU builds of torch, MNIST downloaded at build time, a user without root rights.
FROM python:3.11-slim

# A C compiler: the training worker compiles its kernels for the processor of the host.
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 1000 visitor
USER visitor
ENV HOME=/home/visitor \
    PATH=/home/visitor/.local/bin:$PATH \
    XDG_CACHE_HOME=/home/visitor/.cache \
    CAE_DATA_DIR=/home/visitor/data \
    PYTHONUNBUFFERED=1 \
    # A Space shows the app in an iframe of another site, over HTTPS: browsers send only SameSite=None cookies there.
    STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE=none
WORKDIR /home/visitor/app

# uv can select PyTorch's CPU builds, which are gigabytes smaller than those for CUDA.
COPY --chown=visitor requirements.txt .
RUN pip install --no-cache-dir --user uv \
    && uv venv /home/visitor/venv \
    && VIRTUAL_ENV=/home/visitor/venv uv pip install --no-cache --torch-backend=cpu -r requirements.txt
ENV PATH=/home/visitor/venv/bin:$PATH

COPY --chown=visitor . .
RUN python -m cae data --dataset mnist

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD python -c "import urllib.request as r; r.urlopen('http://localhost:8501/_stcore/health', timeout=4)"
CMD ["streamlit", "run", "app.py", "--server.address", "0.0.0.0"]
