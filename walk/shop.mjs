// Starts and stops a made-up Shopify with the connector's extensions, for a walk.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const rig = process.env.REFEREE_RIG ?? new URL('../target/debug/referee-rig', import.meta.url).pathname;
const connector = new URL('../connectors/shopify', import.meta.url).pathname;

export async function startShop() {
  const child = spawn(rig, ['shopify', connector], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => { throw new Error(`the made-up shop ended with ${code}`); }),
  ]);
  child.stdout.resume();
  const shop = JSON.parse(line);
  return {
    ...shop,
    /** Says what happens in the shop; what follows is delivered before the answer comes. */
    async say(what) {
      const answer = await fetch(`${shop.url}/made-up/control`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(what),
      });
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.error);
      return said;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
