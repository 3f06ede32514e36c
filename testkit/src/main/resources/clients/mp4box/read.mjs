// What mp4box.js makes of a fragmented file: one line of JSON, {"tracks":[{"codec":…,"samples":…,"keys":…,"width":…,"boxes":[…]}],"errors":[…]}.
//
//   node read.mjs FILE
import fs from 'node:fs';
import { createFile, Log } from 'mp4box';

const errors = [];
// It warns of boxes it does not know, of wrong sizes and of samples that lie nowhere; and, of itself, that it expected no more than one prft, which each segment may have.
Log.warn = (...said) => said.join(' ').includes('multiple boxes of type prft') || errors.push(said.join(' '));
Log.error = (...said) => errors.push(said.join(' '));

const file = createFile(true);
file.onError = (module, message) => errors.push(`${module}: ${message}`);
const samples = new Map();
let info = null;
file.onReady = (ready) => {
    info = ready;
    for (const { id } of ready.tracks) file.setExtractionOptions(id, null, { nbSamples: 1 });
    file.start();
};
file.onSamples = (id, _, more) => samples.set(id, [...(samples.get(id) ?? []), ...more.map(({ is_sync, dts, duration, data }) => ({ is_sync, dts, duration, bytes: data.byteLength }))]);
const bytes = fs.readFileSync(process.argv[2]);
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
buffer.fileStart = 0;
file.appendBuffer(buffer);
file.flush();

const tracks = (info?.tracks ?? []).map(({ id, codec, timescale, video, audio }) => {
    const all = samples.get(id) ?? [];
    all.forEach(({ dts, duration }, i) => {
        if (i + 1 < all.length && all[i + 1].dts !== dts + duration) errors.push(`sample ${i + 1} of track ${id} does not begin where the one before ends`);
    });
    return { codec, timescale, samples: all.length, keys: all.filter(({ is_sync }) => is_sync).length, bytes: all.reduce((sum, { bytes: n }) => sum + n, 0), width: video?.width, rate: audio?.sample_rate };
});
console.log(JSON.stringify({ tracks, errors }));
