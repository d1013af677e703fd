// <SaywellPlayer> for React 18 and 19: the element, with its properties and events as props.

import { createElement, forwardRef, useEffect, useImperativeHandle, useRef } from 'react';

import '../define.js';

/** Its events, by the props that hear them. */
const EVENTS = {
  onStateChange: 'statechange',
  onSpeechStart: 'speechstart',
  onSpeechEnd: 'speechend',
  onSpeechError: 'speecherror',
  onChoiceChange: 'choicechange',
  onCaptionChange: 'captionchange',
  onListening: 'saywell:listening',
};
const SWITCHES = ['continuous', 'prefetch', 'shortcuts', 'icons', 'figures'];

export const SaywellPlayer = forwardRef(function SaywellPlayer(props, ref) {
  const element = useRef(null);
  const latest = useRef(props);
  const { textOf, token, strings, ...rest } = props;
  useImperativeHandle(ref, () => element.current, []);

  useEffect(() => {
    latest.current = props;
    const player = element.current;
    if (textOf) player.textOf = textOf;
    if (token !== undefined) player.token = token;
    if (strings) player.strings = strings;
  });
  useEffect(() => {
    const player = element.current;
    const leave = new AbortController();
    for (const [prop, type] of Object.entries(EVENTS)) player.addEventListener(type, (event) => latest.current[prop]?.(event), { signal: leave.signal });
    return () => leave.abort();
  }, []);

  const attributes = Object.fromEntries(Object.entries(rest).filter(([name]) => !(name in EVENTS)));
  for (const name of SWITCHES) if (name in attributes) attributes[name] = attributes[name] === true ? '' : attributes[name] || undefined;
  if (attributes.taps !== undefined) attributes.taps = attributes.taps ? '' : 'off';
  if (attributes.captions === true) attributes.captions = '';
  if (attributes.captions === false) attributes.captions = undefined;
  return createElement('saywell-player', { ...attributes, ref: element });
});
