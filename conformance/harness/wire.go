package harness

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Full names of services and methods that Nomad's packages give no client for, or only an internal one.
const (
	ControllerShutdown = "/plugin.GRPCController/Shutdown"
	StreamStdio        = "/plugin.GRPCStdio/StreamStdio"
	StartStream        = "/plugin.GRPCBroker/StartStream"
	Base               = "/hashicorp.nomad.plugins.base.proto.BasePlugin/"
	Driver             = "/hashicorp.nomad.plugins.drivers.proto.Driver/"
)

// Bytes is a codec for messages that are bytes already, well formed or not.
type Bytes struct{}

// Name is what protobuf's codec is called: the content type stays the same.
func (Bytes) Name() string { return "proto" }

// Marshal takes a []byte.
func (Bytes) Marshal(message any) ([]byte, error) {
	data, is := message.([]byte)
	if !is {
		return nil, fmt.Errorf("%T is no []byte", message)
	}
	return data, nil
}

// Unmarshal gives a *[]byte.
func (Bytes) Unmarshal(data []byte, message any) error {
	target, is := message.(*[]byte)
	if !is {
		return fmt.Errorf("%T is no *[]byte", message)
	}
	*target = append([]byte{}, data...)
	return nil
}

// Call sends the bytes of a message and gives those of the answer.
func Call(ctx context.Context, connection *grpc.ClientConn, method string, message []byte) ([]byte, error) {
	var answer []byte
	err := connection.Invoke(ctx, method, message, &answer, grpc.ForceCodec(Bytes{}))
	return answer, err
}

// Open opens a stream that may go both ways.
func Open(ctx context.Context, connection *grpc.ClientConn, method string) (grpc.ClientStream, error) {
	description := &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}
	return connection.NewStream(ctx, description, method, grpc.ForceCodec(Bytes{}))
}

// Subscribe opens a stream whose one request is a message of nothing.
func Subscribe(ctx context.Context, connection *grpc.ClientConn, method string) (grpc.ClientStream, error) {
	stream, err := Open(ctx, connection, method)
	if err != nil {
		return nil, err
	}
	if err := stream.SendMsg([]byte{}); err != nil {
		// That it cannot be sent says nothing; why the stream is at its end does.
		var answer []byte
		return nil, fmt.Errorf("%w: %w", err, stream.RecvMsg(&answer))
	}
	return stream, stream.CloseSend()
}

// WantStatus fails the test unless the error has this code and this text.
func WantStatus(t testing.TB, err error, code codes.Code, text string) {
	t.Helper()
	got := status.Convert(err)
	if got.Code() != code || got.Message() != text {
		t.Errorf("got %v: %q, want %v: %q", got.Code(), got.Message(), code, text)
	}
}
