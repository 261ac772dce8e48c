// A click tracker as people build one: Express and PostgreSQL, one durable row per click before the redirect.
import { randomUUID } from 'node:crypto';
import express from 'express';
import pg from 'pg';

const pool = new pg.Pool({ max: 10 });

await pool.query(`
  create table if not exists click (
    id uuid primary key,
    program integer not null,
    partner integer not null,
    ad integer not null,
    visitor uuid not null,
    address text not null,
    user_agent text,
    referrer text,
    clicked_at timestamptz not null default now()
  );
  create index if not exists click_by_visitor on click (visitor);
`);

const insert = {
  name: 'insert-click',
  text: `insert into click (id, program, partner, ad, visitor, address, user_agent, referrer)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

const app = express();
app.disable('x-powered-by');

app.get('/c/:partner/:ad/:program', async (request, response) => {
  const { partner, ad, program } = request.params;
  const id = randomUUID();
  const visitor = randomUUID();
  await pool.query({
    ...insert,
    values: [id, program, partner, ad, visitor, request.ip, request.get('user-agent'), request.get('referer')],
  });
  response.cookie('pt', visitor, { maxAge: 30 * 24 * 60 * 60 * 1000, httpOnly: true, sameSite: 'lax' });
  response.set('Cache-Control', 'no-store, private');
  response.redirect(302, `http://www.shop.localhost/?pt=${id}`);
});

app.listen(Number(process.env.PORT), '127.0.0.1');
