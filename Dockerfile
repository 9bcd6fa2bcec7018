# The portal as an image: one for web, worker, beat and migrate; docker-compose.yml says which command each runs.

FROM python:3.11-slim-trixie AS packages
RUN python -m venv /opt/portal/venv
COPY requirements.txt /requirements.txt
RUN /opt/portal/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt

FROM python:3.11-slim-trixie
# pg_dump and pg_restore of the server's version, for `manage.py backup`; pango, to print reports as PDF.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*
# A user without a name's rights, and one folder that it may write to.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin portal \
    && install --directory --owner=portal --group=portal --mode=700 /data /data/static \
    && chmod 755 /data/static
COPY --from=packages /opt/portal/venv /opt/portal/venv
WORKDIR /opt/portal/app
COPY manage.py ./
COPY probax_support probax_support
COPY notifications notifications
COPY cases cases
COPY sla sla
COPY templates templates
COPY static static
COPY locale locale
COPY requirements.txt ./
# The image says itself what it is made of.
RUN /opt/portal/venv/bin/python -m compileall -q . \
    && /opt/portal/venv/bin/python -m probax_support.materials > /opt/portal/materials.json
ENV PATH=/opt/portal/venv/bin:$PATH DATA_DIR=/data DJANGO_SETTINGS_MODULE=probax_support.settings \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
USER 10001
EXPOSE 8000
ENV WEB_BIND=0.0.0.0:8000 WEB_WORKERS=2
CMD ["gunicorn", "--config", "probax_support/web_server.py", "probax_support.wsgi:application"]
