// The live tab in the browser: frames of the camera go to the server, the latest answer comes back.
(() => {
  const PERIOD = 125; // milliseconds between frames
  const LONGER_SIDE = 480; // pixels
  const element = (id) => document.getElementById(id);
  const canvas = document.createElement('canvas');
  let stream = null;
  let label = '';

  const complain = (text) => {
    const line = document.createElement('p');
    line.className = 'problem';
    line.textContent = text;
    element('problem').replaceChildren(line);
  };

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    element('camera').srcObject = null;
    element('live').textContent = 'Start the camera';
  };

  const frame = () => {
    const video = element('camera');
    const scale = Math.min(1, LONGER_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
    canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
    canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => { canvas.toBlob(done, 'image/jpeg', 0.85); });
  };

  const send = async () => {
    const answer = await fetch('live', {
      method: 'POST', headers: { 'Content-Type': 'image/jpeg' }, body: await frame(),
    });
    if (!answer.ok) {
      complain(await answer.text());
      stop();
      return;
    }
    const { html } = await answer.json();
    if (!stream) return;
    element('now').innerHTML = html;
    const said = (element('now').querySelector('.answer')?.dataset.said ?? '').split(', ')[0];
    if (said !== label) {
      label = said;
      element('state').textContent = said;
    }
  };

  const start = async () => {
    element('problem').replaceChildren();
    if (!navigator.mediaDevices) {
      complain('Browsers give a camera only to pages on this machine or served by HTTPS.');
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 } }, audio: false });
    } catch (error) {
      complain(`The camera cannot be used: ${error.message}`);
      return;
    }
    element('camera').srcObject = stream;
    element('live').textContent = 'Stop the camera';
    await element('camera').play();
    while (stream) {
      const begun = performance.now();
      try {
        await send();
      } catch (error) {
        complain('The server does not answer.');
        stop();
      }
      const left = Math.max(0, PERIOD - (performance.now() - begun));
      await new Promise((done) => { setTimeout(done, left); });
    }
  };

  document.addEventListener('click', (event) => {
    if (event.target.closest('#live')) (stream ? stop : start)();
  });
})();
