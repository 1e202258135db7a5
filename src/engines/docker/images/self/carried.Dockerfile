# Maildrill itself where no registry has Node: the Node that runs it, and what it runs from, on our own base.
ARG BASE
FROM $BASE
LABEL maildrill.image=self maildrill.unfinished=yes
COPY node /usr/local/bin/node
RUN node --version
COPY package/ /opt/maildrill/
WORKDIR /root
ENTRYPOINT ["node", "/opt/maildrill/bin/maildrill.mjs"]
