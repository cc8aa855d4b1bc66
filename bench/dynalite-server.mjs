/** Serves dynalite from a folder of packages on a free port, with a table in another folder; with `fsync`, as durable as ours. */
import { createRequire } from 'node:module';

const [packages, data, durability] = process.argv.slice(2);
const load = createRequire(`${packages}/package.json`);

// dynalite has no option for it: without `sync`, LevelDB leaves a write to the operating system.
if (durability === 'fsync') {
  const { ClassicLevel } = createRequire(load.resolve('level'))('classic-level');
  const { _put, _batch } = ClassicLevel.prototype;
  Object.assign(ClassicLevel.prototype, {
    _put(key, value, options) {
      return _put.call(this, key, value, { ...options, sync: true });
    },
    _batch(operations, options) {
      return _batch.call(this, operations, { ...options, sync: true });
    },
  });
}

const server = load('dynalite')({ path: data, createTableMs: 0 });
server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  const send = async (operation, body) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    };
    const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(`${operation}: ${await reply.text()}`);
    return reply.json();
  };
  await send('CreateTable', {
    TableName: 'entities',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const isActive = async () => (await send('DescribeTable', { TableName: 'entities' })).Table.TableStatus === 'ACTIVE';
  while (!(await isActive()));
  console.error(url);
});
