FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1

RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin trader \
    && mkdir -p /app/var \
    && chown trader /app/var
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt

COPY pyproject.toml README.md beat_schedule.py flowerconfig.py ./
COPY trader trader
COPY workers workers
COPY local_exchange local_exchange
COPY supabase/migrations supabase/migrations
RUN pip install --no-cache-dir --no-deps --editable .

USER trader
VOLUME /app/var
CMD ["trader", "--help"]
