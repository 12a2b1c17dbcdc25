/** The ports that a run listens at, in a row: three services and Lambda. */
import { createServer } from 'node:net';

const portsOfRun = 4;

/** The first port of a run's that somebody else listens at; undefined where all are free. */
export async function takenPort(first: number): Promise<number | undefined> {
  const ports = Array.from({ length: portsOfRun }, (_, number) => first + number);
  const free = await Promise.all(ports.map(isFree));
  return ports.find((_, number) => free[number] === false);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
