/** Stands in front of the Unix socket of PostgreSQL: `node slow-socket.mjs FROM TO MILLISECONDS` delays each round trip by this time. */
import { connect, createServer } from 'node:net';

const [own, database, milliseconds] = process.argv.slice(2);
const halfTrip = Number(milliseconds) / 2;
const queue = [];

// Timers are too imprecise for this.
const poll = () => {
  while (queue.length > 0 && queue[0].at <= performance.now()) queue.shift().act();
  if (queue.length > 0) setImmediate(poll);
};
const later = (act) => {
  if (queue.push({ at: performance.now() + halfTrip, act }) === 1) setImmediate(poll);
};

const server = createServer((client) => {
  const upstream = connect(database);
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ]) {
    from.on('data', (data) => later(() => to.write(data)));
    from.on('close', () => later(() => to.destroy()));
    from.on('error', () => {});
  }
});
server.listen(own, () => process.stdout.write('listening\n'));
