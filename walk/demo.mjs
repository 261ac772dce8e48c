// Starts and stops `referee demo` for a walk, on a free port and in a folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority } from './authority.mjs';

const binary = process.env.REFEREE_BIN ?? new URL('../target/debug/referee', import.meta.url).pathname;

/** A free port below the range that outgoing connections take theirs from. */
export async function freePort() {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const free = await new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error('no free port');
}

/** Starts it on the hosts of this computer; or over TLS on the hosts of `site`, with certificates for `names`. */
export async function startDemo({ site, names, testClock = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'referee-walk-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const words = ['demo', '--data', join(folder, 'data'), '--listen', `127.0.0.1:${port}`];
  if (testClock) words.push('--test-clock');
  const files = site && await makeAuthority(folder, names);
  if (site) words.push('--site', site, '--listen-tls', `127.0.0.1:${tlsPort}`, '--certificate', files.certificate, '--certificate-key', files.key);
  const child = spawn(binary, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  // The greeting is printed once everything is served.
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => { throw new Error(`the demonstration ended with ${code}`); }),
  ]);
  child.stdout.resume();
  const seed = JSON.parse(await readFile(join(folder, 'data', 'demo.json'), 'utf8'));
  return {
    seed,
    files,
    tlsPort,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await ended;
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}
