// A certificate authority for tests, and the home of a browser that trusts it.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Makes an authority, a certificate of it for these names, and a home folder. All lie in `folder`. */
export async function makeAuthority(folder, names) {
  const file = (name) => join(folder, name);
  const openssl = (...words) => run('openssl', words);
  const key = (name) => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file(name));
  await key('authority.key');
  await openssl('req', '-x509', '-new', '-key', file('authority.key'), '-days', '30', '-subj', '/CN=Authority of a walk',
    '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign', '-out', file('authority.pem'));
  await key('site.key');
  await openssl('req', '-new', '-key', file('site.key'), '-subj', `/CN=${names[0]}`, '-out', file('site.csr'));
  await writeFile(file('site.ext'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`);
  await openssl('x509', '-req', '-in', file('site.csr'), '-CA', file('authority.pem'), '-CAkey', file('authority.key'),
    '-CAcreateserial', '-days', '20', '-extfile', file('site.ext'), '-out', file('site.pem'));
  // Where Chromium looks has moved with its versions.
  for (const place of ['.pki/nssdb', '.local/share/pki/nssdb']) {
    const store = join(file('home'), place);
    await mkdir(store, { recursive: true });
    await run('certutil', ['-d', `sql:${store}`, '-N', '--empty-password']);
    await run('certutil', ['-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'walk', '-i', file('authority.pem')]);
  }
  return { authority: file('authority.pem'), certificate: file('site.pem'), key: file('site.key'), home: file('home') };
}
