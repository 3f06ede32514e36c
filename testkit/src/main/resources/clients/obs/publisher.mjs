// Publishes by WHIP what OBS Studio's simulcast looks like on the wire, through the WebRTC library that OBS uses: rids 0, 1, 2 with 0 the largest,
// named in header extensions only, one timestamp base for all layers, sender reports for layer 0 alone, keyframe requests ignored.
//
//   node publisher.mjs WHIP-ADDRESS KEY FPS SOUND.opus LAYER0.h264 [LAYER1.h264 [LAYER2.h264]]
//
// Layers are Annex B files of equally many frames, one slice each; sound is Ogg with a packet a page. Both start again when they end. Prints
// "publishing" when media flows. Lines on standard input: "stop N" and "go N" end and resume a layer, "end" deletes the session and ends.
import fs from 'node:fs';
import readline from 'node:readline';
import nodeDataChannel from 'node-datachannel';

const [address, key, fps, soundFile, ...layerFiles] = process.argv.slice(2);
const AUDIO_PT = 111;
const VIDEO_PT = 96;
const MAX_PAYLOAD = 1180;
const NTP_EPOCH = 2208988800;

const random32 = () => Math.floor(Math.random() * 0xffffffff) >>> 0;

/** The NAL units of each frame; parameter sets go with the slice that follows them. */
function frames(file) {
    const data = fs.readFileSync(file);
    const starts = [];
    for (let at = data.indexOf('\x00\x00\x01', 0, 'latin1'); at >= 0; at = data.indexOf('\x00\x00\x01', at + 3, 'latin1')) {
        starts.push(at + 3);
    }
    const all = [];
    let frame = [];
    starts.forEach((start, i) => {
        let end = i + 1 < starts.length ? starts[i + 1] - 3 : data.length;
        while (end > start && data[end - 1] === 0) {
            end--;
        }
        const unit = data.subarray(start, end);
        const type = unit[0] & 31;
        if (type === 7 || type === 8) {
            frame.push(unit);
        } else if (type === 1 || type === 5) {
            all.push([...frame, unit]);
            frame = [];
        }
    });
    return all;
}

/** The packets of an Ogg Opus file with a packet a page, its two headers left out. */
function soundPackets(file) {
    const data = fs.readFileSync(file);
    const packets = [];
    for (let at = 0; at + 27 <= data.length; ) {
        const segments = data[at + 26];
        const table = data.subarray(at + 27, at + 27 + segments);
        const length = table.reduce((sum, each) => sum + each, 0);
        packets.push(data.subarray(at + 27 + segments, at + 27 + segments + length));
        at += 27 + segments + length;
    }
    return packets.slice(2);
}

class Sender {
    constructor(track, payloadType, mid, rid) {
        this.track = track;
        this.payloadType = payloadType;
        this.ssrc = random32();
        this.sequence = random32() & 0xffff;
        this.extension = extension(mid, rid);
        this.packets = 0;
        this.bytes = 0;
    }

    send(payload, timestamp, marker) {
        const header = Buffer.alloc(12);
        header[0] = 0x80 | (this.extension.length > 0 ? 0x10 : 0);
        header[1] = (marker ? 0x80 : 0) | this.payloadType;
        header.writeUInt16BE(this.sequence, 2);
        header.writeUInt32BE(timestamp >>> 0, 4);
        header.writeUInt32BE(this.ssrc, 8);
        this.sequence = (this.sequence + 1) & 0xffff;
        this.packets++;
        this.bytes += payload.length;
        this.track.sendMessageBinary(Buffer.concat([header, this.extension, payload]));
    }

    /** RFC 6184: single units and FU-A. */
    sendFrame(units, timestamp) {
        units.forEach((unit, i) => {
            const last = i === units.length - 1;
            if (unit.length <= MAX_PAYLOAD) {
                this.send(unit, timestamp, last);
                return;
            }
            const indicator = (unit[0] & 0xe0) | 28;
            for (let at = 1; at < unit.length; at += MAX_PAYLOAD) {
                const end = Math.min(at + MAX_PAYLOAD, unit.length);
                const flags = (at === 1 ? 0x80 : 0) | (end === unit.length ? 0x40 : 0) | (unit[0] & 31);
                this.send(
                    Buffer.concat([Buffer.from([indicator, flags]), unit.subarray(at, end)]), timestamp, last && end === unit.length);
            }
        });
    }

    /** RFC 3550 §6.4.1, without report blocks. */
    report(timestamp) {
        const now = Date.now();
        const packet = Buffer.alloc(28);
        packet[0] = 0x80;
        packet[1] = 200;
        packet.writeUInt16BE(6, 2);
        packet.writeUInt32BE(this.ssrc, 4);
        packet.writeUInt32BE(Math.floor(now / 1000) + NTP_EPOCH, 8);
        packet.writeUInt32BE(Math.floor(((now % 1000) / 1000) * 0x100000000) >>> 0, 12);
        packet.writeUInt32BE(timestamp >>> 0, 16);
        packet.writeUInt32BE(this.packets, 20);
        packet.writeUInt32BE(this.bytes >>> 0, 24);
        this.track.sendMessageBinary(packet);
    }
}

/** One-byte header extension, RFC 8285 §4.2: mid under 1, rid under 2. */
function extension(mid, rid) {
    if (rid === undefined) {
        return Buffer.alloc(0);
    }
    const elements = Buffer.concat([
        Buffer.from([(1 << 4) | (mid.length - 1)]), Buffer.from(mid), Buffer.from([(2 << 4) | (rid.length - 1)]), Buffer.from(rid)]);
    const words = Math.ceil(elements.length / 4);
    const head = Buffer.from([0xbe, 0xde, 0, words]);
    return Buffer.concat([head, elements, Buffer.alloc(words * 4 - elements.length)]);
}

const connection = new nodeDataChannel.PeerConnection('obs', { iceServers: [] });
const audio = new nodeDataChannel.Audio('0', 'SendOnly');
audio.addOpusCodec(AUDIO_PT, 'minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1');
const video = new nodeDataChannel.Video('1', 'SendOnly');
video.addH264Codec(VIDEO_PT, 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1');
video.parseSdpLine('a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid');
video.parseSdpLine('a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id');
layerFiles.forEach((file, i) => video.parseSdpLine(`a=rid:${i} send`));
video.parseSdpLine(`a=simulcast:send ${layerFiles.map((file, i) => i).join(';')}`);

const sound = new Sender(null, AUDIO_PT, '0');
const audioDescription = audio;
audioDescription.addSSRC(sound.ssrc, 'spillway', 'spillway', 'spillway-audio');
sound.track = connection.addTrack(audioDescription);
const videoTrack = connection.addTrack(video);
const layers = layerFiles.map((file, i) => ({ sender: new Sender(videoTrack, VIDEO_PT, '1', String(i)), frames: frames(file), on: true }));

let session;
connection.onGatheringStateChange(async (state) => {
    if (state !== 'complete' || session !== undefined) {
        return;
    }
    session = '';
    const response = await fetch(address, {
        method: 'POST',
        headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${key}` },
        body: connection.localDescription().sdp,
    });
    const body = await response.text();
    if (response.status !== 201) {
        console.error(`refused: ${response.status} ${body}`);
        process.exit(1);
    }
    session = new URL(response.headers.get('location'), address).href;
    connection.setRemoteDescription(body, 'answer');
});
connection.onStateChange((state) => console.log(`state ${state}`));
videoTrack.onOpen(publish);
connection.setLocalDescription();

function publish() {
    const packets = soundPackets(soundFile);
    const began = performance.now();
    const soundBase = random32();
    const videoBase = random32();
    let soundSent = 0;
    let framesSent = 0;
    let reports = 0;
    setInterval(() => {
        const elapsedMs = performance.now() - began;
        for (; soundSent * 20 <= elapsedMs; soundSent++) {
            sound.send(packets[soundSent % packets.length], soundBase + soundSent * 960, soundSent === 0);
        }
        for (; (framesSent * 1000) / fps <= elapsedMs; framesSent++) {
            const timestamp = videoBase + Math.round((framesSent * 90000) / fps);
            for (const layer of layers.filter((each) => each.on)) {
                layer.sender.sendFrame(layer.frames[framesSent % layer.frames.length], timestamp);
            }
            if (framesSent === 10) {
                console.log('publishing');
            }
        }
        for (; reports * 1000 <= elapsedMs; reports++) {
            sound.report(soundBase + Math.round(elapsedMs * 48));
            layers[0].sender.report(videoBase + Math.round(elapsedMs * 90));
        }
    }, 5);
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
    const [word, layer] = line.split(' ');
    if (word === 'end') {
        await fetch(session, { method: 'DELETE', headers: { Authorization: `Bearer ${key}` } });
        connection.close();
        process.exit(0);
    }
    layers[Number(layer)].on = word === 'go';
    console.log(`layer ${layer} ${layers[Number(layer)].on ? 'goes' : 'stopped'}`);
});
